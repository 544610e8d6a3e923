package io.coppice.cloud.identity.account;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.identity.entity.IamStore;
import io.coppice.wire.error.AwsException;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.iam.model.GenerateCredentialReportRequest;
import software.amazon.awssdk.services.iam.model.GenerateCredentialReportResponse;
import software.amazon.awssdk.services.iam.model.GetCredentialReportRequest;
import software.amazon.awssdk.services.iam.model.GetCredentialReportResponse;
import software.amazon.awssdk.services.iam.model.ReportFormatType;
import software.amazon.awssdk.services.iam.model.ReportStateType;

/** IAM's report on the state of all credentials of an account. Thread-safe. */
@Singleton
public final class CredentialReportActions implements ActionModule {
    /** As long as AWS answers with the report that is there. */
    private static final Duration FRESH = Duration.ofHours(4);

    private static final int GONE = 410;

    private final IamStore store;

    /** For the container and for tests. */
    public CredentialReportActions(IamStore store) {
        this.store = store;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(Service.IAM, "GenerateCredentialReport", GenerateCredentialReportRequest::builder, this::generate);
        registry.add(Service.IAM, "GetCredentialReport", GetCredentialReportRequest::builder, this::get);
    }

    /** The report is written at once; as in AWS, one that is less than four hours old stays. */
    private GenerateCredentialReportResponse generate(RequestContext context, GenerateCredentialReportRequest request) {
        var now = store.now();
        var written = store.change(context.account(), entities -> {
            var present = Optional.ofNullable(
                    entities.find(CredentialReportRow.class, context.account().value()));
            if (present.filter(row -> row.generatedAt().plus(FRESH).isAfter(now))
                    .isPresent()) {
                return false;
            }
            var content = CredentialReport.write(entities, context.account(), now);
            entities.merge(new CredentialReportRow(context.account().value(), content, now));
            return true;
        });
        return GenerateCredentialReportResponse.builder()
                .state(written ? ReportStateType.STARTED : ReportStateType.COMPLETE)
                .description(written ? "No report exists. Starting a new report generation task" : null)
                .build();
    }

    private GetCredentialReportResponse get(RequestContext context, GetCredentialReportRequest request) {
        var row = store.read(entities -> Optional.ofNullable(entities.find(
                        CredentialReportRow.class, context.account().value()))
                .orElseThrow(() -> AwsException.of(
                        "ReportNotPresent",
                        GONE,
                        "Report is not present. Generate it with GenerateCredentialReport.")));
        if (!row.generatedAt().plus(FRESH).isAfter(store.now())) {
            throw AwsException.of(
                    "ReportExpired", GONE, "Report is expired. Generate it again with GenerateCredentialReport.");
        }
        return GetCredentialReportResponse.builder()
                .content(SdkBytes.fromUtf8String(row.content()))
                .reportFormat(ReportFormatType.TEXT_CSV)
                .generatedTime(row.generatedAt())
                .build();
    }
}
