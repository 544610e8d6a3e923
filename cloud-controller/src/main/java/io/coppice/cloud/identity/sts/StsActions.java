package io.coppice.cloud.identity.sts;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.identity.AccessKeyRow;
import io.coppice.cloud.identity.AuthorizationMessages;
import io.coppice.cloud.identity.entity.IamErrors;
import io.coppice.cloud.identity.entity.Identifiers;
import io.coppice.cloud.identity.entity.Require;
import io.coppice.cloud.store.Database;
import io.coppice.wire.error.AwsException;
import java.util.Optional;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.sts.model.AssumeRoleWithSamlRequest;
import software.amazon.awssdk.services.sts.model.AssumeRoleWithSamlResponse;
import software.amazon.awssdk.services.sts.model.DecodeAuthorizationMessageRequest;
import software.amazon.awssdk.services.sts.model.DecodeAuthorizationMessageResponse;
import software.amazon.awssdk.services.sts.model.GetAccessKeyInfoRequest;
import software.amazon.awssdk.services.sts.model.GetAccessKeyInfoResponse;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityRequest;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityResponse;

/** STS: who am I, whose is a key, why was I refused, and what this cloud has no subject for. Thread-safe. */
public final class StsActions implements ActionModule {
    private static final Pattern KEY_ID = Pattern.compile("\\w*");
    private static final int SHORTEST_KEY_ID = 16;
    private static final int LONGEST_KEY_ID = 128;
    private static final int LONGEST_MESSAGE = 10_240;

    private final Database database;
    private final AuthorizationMessages messages;

    public StsActions(Database database, AuthorizationMessages messages) {
        this.database = database;
        this.messages = messages;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(Service.STS, "GetCallerIdentity", GetCallerIdentityRequest::builder, StsActions::identity);
        registry.add(Service.STS, "GetAccessKeyInfo", GetAccessKeyInfoRequest::builder, this::keyInfo);
        registry.add(
                Service.STS,
                "DecodeAuthorizationMessage",
                DecodeAuthorizationMessageRequest::builder,
                this::decodeMessage);
        registry.addUnsigned(
                Service.STS, "AssumeRoleWithSAML", AssumeRoleWithSamlRequest::builder, StsActions::withSaml);
    }

    private static GetCallerIdentityResponse identity(RequestContext context, GetCallerIdentityRequest request) {
        var caller = context.caller();
        return GetCallerIdentityResponse.builder()
                .account(caller.account().value())
                .arn(caller.arn())
                .userId(caller.userId())
                .build();
    }

    private GetAccessKeyInfoResponse keyInfo(RequestContext context, GetAccessKeyInfoRequest request) {
        var id = Require.pattern(
                "accessKeyId",
                Require.length("accessKeyId", request.accessKeyId(), SHORTEST_KEY_ID, LONGEST_KEY_ID),
                KEY_ID,
                "[\\w]*");
        var account = Identifiers.accountOfTemporaryKey(id)
                .or(() -> database.call(entities -> Optional.ofNullable(entities.find(AccessKeyRow.class, id))
                        .map(key -> key.account().value())))
                .orElseThrow(() -> IamErrors.validation("The access key " + id + " is none of this cloud."));
        return GetAccessKeyInfoResponse.builder().account(account).build();
    }

    private DecodeAuthorizationMessageResponse decodeMessage(
            RequestContext context, DecodeAuthorizationMessageRequest request) {
        var encoded = Require.length("encodedMessage", request.encodedMessage(), 1, LONGEST_MESSAGE);
        return messages.decode(context.account(), encoded)
                .map(json -> DecodeAuthorizationMessageResponse.builder()
                        .decodedMessage(json)
                        .build())
                .orElseThrow(() -> AwsException.client(
                        "InvalidAuthorizationMessageException", "The encoded message is none of this account's."));
    }

    private static AssumeRoleWithSamlResponse withSaml(RequestContext context, AssumeRoleWithSamlRequest request) {
        throw AwsException.client(
                "UnsupportedOperation",
                "This cloud has no SAML providers. Let the identity provider speak OpenID Connect and use"
                        + " AssumeRoleWithWebIdentity.");
    }
}
