package io.coppice.cloud.absent;

import io.coppice.cloud.action.ActionHandler;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.query.Filters;
import io.coppice.cloud.query.QueryErrors;
import io.coppice.wire.error.AwsException;
import io.coppice.wire.query.Operation;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallingType;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.utils.builder.Buildable;

/** Answers one action of an absent subject: checks the request as AWS does, then every list is empty. Thread-safe. */
final class EmptyAnswer implements ActionHandler<SdkPojo, SdkPojo> {
    private static final int MOST_RESULTS = 1000;

    private final AbsentAction action;
    private final Operation operation;
    private final @Nullable Filters<SdkPojo> filters;

    EmptyAnswer(AbsentAction action, Operation operation) {
        this.action = action;
        this.operation = operation;
        this.filters = action.filters().isEmpty()
                ? null
                : Filters.<SdkPojo>builder()
                        .never(action.filters().toArray(String[]::new))
                        .tags(row -> Map.of())
                        .build();
    }

    @Override
    public SdkPojo handle(RequestContext context, SdkPojo request) {
        var fields = request.sdkFields().stream()
                .collect(Collectors.toMap(SdkField::locationName, Function.identity(), (one, other) -> one));
        for (var parameter : action.parameters()) {
            check(parameter, named(fields, parameter.name(), request));
        }
        checkPage(fields, request);
        fields.values().forEach(field -> checkFilters(field.getValueOrDefault(request)));
        if (action.alwaysCode() != null) {
            throw AwsException.client(action.alwaysCode(), "There is none in this cloud");
        }
        return empty();
    }

    private static void check(AbsentAction.Parameter parameter, List<String> names) {
        if (names.isEmpty()) {
            if (parameter.required()) {
                throw AwsException.client(
                        "MissingParameter", "The request must contain the parameter " + parameter.name());
            }
            return;
        }
        if (parameter.notFoundCode() != null) {
            throw AwsException.client(
                    parameter.notFoundCode(), "The " + parameter.name() + " '" + names.getFirst() + "' does not exist");
        }
    }

    private static void checkPage(Map<String, SdkField<?>> fields, SdkPojo request) {
        if (value(fields, "MaxResults", request) instanceof Integer most) {
            if (most < 1) {
                throw QueryErrors.maxResultsTooSmall(most, 1);
            }
            if (most > MOST_RESULTS) {
                throw QueryErrors.maxResultsTooLarge(most, MOST_RESULTS);
            }
        }
        if (value(fields, "NextToken", request) instanceof String token && !token.isEmpty()) {
            throw QueryErrors.invalidToken();
        }
    }

    private void checkFilters(@Nullable Object value) {
        if (filters == null || !(value instanceof List<?> list)) {
            return;
        }
        filters.select(list.stream()
                .filter(Filter.class::isInstance)
                .map(Filter.class::cast)
                .toList());
    }

    private SdkPojo empty() {
        return build(operation.newResponse());
    }

    private static <B extends Buildable & SdkPojo> SdkPojo build(B response) {
        for (var field : response.sdkFields()) {
            if (field.marshallingType() == MarshallingType.LIST) {
                field.set(response, List.of());
            }
        }
        return (SdkPojo) response.build();
    }

    private static List<String> named(Map<String, SdkField<?>> fields, String name, SdkPojo request) {
        return switch (value(fields, name, request)) {
            case null -> List.of();
            case List<?> list -> list.stream().map(String::valueOf).toList();
            case Object one -> List.of(one.toString());
        };
    }

    private static @Nullable Object value(Map<String, SdkField<?>> fields, String name, SdkPojo request) {
        var field = fields.get(name);
        return field == null ? null : field.getValueOrDefault(request);
    }
}
