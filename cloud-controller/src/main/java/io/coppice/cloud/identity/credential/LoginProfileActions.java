package io.coppice.cloud.identity.credential;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.identity.UserRow;
import io.coppice.cloud.identity.entity.EntityKind;
import io.coppice.cloud.identity.entity.IamErrors;
import io.coppice.cloud.identity.entity.IamStore;
import io.coppice.cloud.identity.entity.Require;
import io.coppice.cloud.identity.user.Users;
import io.coppice.wire.error.AwsException;
import jakarta.inject.Singleton;
import java.util.Optional;
import software.amazon.awssdk.services.iam.model.ChangePasswordRequest;
import software.amazon.awssdk.services.iam.model.ChangePasswordResponse;
import software.amazon.awssdk.services.iam.model.CreateLoginProfileRequest;
import software.amazon.awssdk.services.iam.model.CreateLoginProfileResponse;
import software.amazon.awssdk.services.iam.model.DeleteAccountPasswordPolicyRequest;
import software.amazon.awssdk.services.iam.model.DeleteAccountPasswordPolicyResponse;
import software.amazon.awssdk.services.iam.model.DeleteLoginProfileRequest;
import software.amazon.awssdk.services.iam.model.DeleteLoginProfileResponse;
import software.amazon.awssdk.services.iam.model.GetAccountPasswordPolicyRequest;
import software.amazon.awssdk.services.iam.model.GetAccountPasswordPolicyResponse;
import software.amazon.awssdk.services.iam.model.GetLoginProfileRequest;
import software.amazon.awssdk.services.iam.model.GetLoginProfileResponse;
import software.amazon.awssdk.services.iam.model.LoginProfile;
import software.amazon.awssdk.services.iam.model.PasswordPolicy;
import software.amazon.awssdk.services.iam.model.UpdateAccountPasswordPolicyRequest;
import software.amazon.awssdk.services.iam.model.UpdateAccountPasswordPolicyResponse;
import software.amazon.awssdk.services.iam.model.UpdateLoginProfileRequest;
import software.amazon.awssdk.services.iam.model.UpdateLoginProfileResponse;

/** IAM's actions on passwords and the rules for them. Thread-safe. */
@Singleton
public final class LoginProfileActions implements ActionModule {
    private static final int FORBIDDEN = 403;
    private static final int SHORTEST_MINIMUM = 6;
    private static final int LONGEST_MINIMUM = 128;
    private static final int LONGEST_AGE_DAYS = 1_095;
    private static final int MOST_REMEMBERED = 24;

    private final IamStore store;

    /** For the container and for tests. */
    public LoginProfileActions(IamStore store) {
        this.store = store;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(Service.IAM, "CreateLoginProfile", CreateLoginProfileRequest::builder, this::create);
        registry.add(Service.IAM, "GetLoginProfile", GetLoginProfileRequest::builder, this::get);
        registry.add(Service.IAM, "UpdateLoginProfile", UpdateLoginProfileRequest::builder, this::update);
        registry.add(Service.IAM, "DeleteLoginProfile", DeleteLoginProfileRequest::builder, this::delete);
        registry.add(Service.IAM, "ChangePassword", ChangePasswordRequest::builder, this::change);
        registry.add(
                Service.IAM,
                "UpdateAccountPasswordPolicy",
                UpdateAccountPasswordPolicyRequest::builder,
                this::setRules);
        registry.add(Service.IAM, "GetAccountPasswordPolicy", GetAccountPasswordPolicyRequest::builder, this::rules);
        registry.add(
                Service.IAM,
                "DeleteAccountPasswordPolicy",
                DeleteAccountPasswordPolicyRequest::builder,
                this::deleteRules);
    }

    private CreateLoginProfileResponse create(RequestContext context, CreateLoginProfileRequest request) {
        var before = store.read(entities -> {
            var user = Users.orCaller(entities, context.caller(), request.userName());
            LoginProfiles.requireNone(entities, user);
            return LoginProfiles.before(entities, user, null, request.password());
        });
        var password = NewPassword.of(request.password(), before);
        return store.change(context.account(), entities -> {
            var user = Users.orCaller(entities, context.caller(), request.userName());
            var resetRequired = Boolean.TRUE.equals(request.passwordResetRequired());
            var row = LoginProfiles.create(entities, user, password, resetRequired, store.now());
            return CreateLoginProfileResponse.builder()
                    .loginProfile(answer(user, row))
                    .build();
        });
    }

    private GetLoginProfileResponse get(RequestContext context, GetLoginProfileRequest request) {
        return store.read(entities -> {
            var user = Users.orCaller(entities, context.caller(), request.userName());
            return GetLoginProfileResponse.builder()
                    .loginProfile(answer(user, LoginProfiles.get(entities, user)))
                    .build();
        });
    }

    private UpdateLoginProfileResponse update(RequestContext context, UpdateLoginProfileRequest request) {
        var password = Optional.ofNullable(request.password()).map(text -> {
            var before = store.read(entities -> {
                var user = Users.ROWS.get(entities, context.account(), request.userName());
                return LoginProfiles.before(entities, user, LoginProfiles.get(entities, user), text);
            });
            return NewPassword.of(text, before);
        });
        store.change(context.account(), entities -> {
            var user = Users.ROWS.get(entities, context.account(), request.userName());
            var row = LoginProfiles.get(entities, user);
            password.ifPresent(made -> LoginProfiles.change(entities, user, row, made, store.now()));
            if (request.passwordResetRequired() != null) {
                row.requireReset(request.passwordResetRequired());
            }
            return row;
        });
        return UpdateLoginProfileResponse.builder().build();
    }

    private DeleteLoginProfileResponse delete(RequestContext context, DeleteLoginProfileRequest request) {
        store.change(context.account(), entities -> {
            var user = Users.orCaller(entities, context.caller(), request.userName());
            entities.remove(LoginProfiles.get(entities, user));
            return true;
        });
        return DeleteLoginProfileResponse.builder().build();
    }

    private ChangePasswordResponse change(RequestContext context, ChangePasswordRequest request) {
        if (!EntityKind.USER.owns(context.caller().userId())) {
            throw AwsException.client("InvalidUserType", "Only IAM Users can change their own password");
        }
        if (request.oldPassword() == null || request.newPassword() == null) {
            throw IamErrors.invalid(
                    request.oldPassword() == null ? "oldPassword" : "newPassword", "Member must not be null");
        }
        var present =
                store.read(entities -> LoginProfiles.get(entities, Users.orCaller(entities, context.caller(), null))
                        .passwordHash());
        if (!PasswordHashes.matches(request.oldPassword(), present)) {
            throw AwsException.of("AccessDenied", FORBIDDEN, "The old password was incorrect.");
        }
        var before = store.read(entities -> {
            var user = Users.orCaller(entities, context.caller(), null);
            return LoginProfiles.before(entities, user, LoginProfiles.get(entities, user), request.newPassword());
        });
        var password = NewPassword.of(
                request.newPassword(), new LoginProfiles.Before(present, before.remembered(), before.most()));
        store.change(context.account(), entities -> {
            var user = Users.orCaller(entities, context.caller(), null);
            var row = LoginProfiles.get(entities, user);
            LoginProfiles.change(entities, user, row, password, store.now());
            row.requireReset(false);
            return row;
        });
        return ChangePasswordResponse.builder().build();
    }

    /** What the request leaves out goes back to its default, as in AWS. */
    private UpdateAccountPasswordPolicyResponse setRules(
            RequestContext context, UpdateAccountPasswordPolicyRequest request) {
        var rules = new PasswordRules(
                Require.range(
                        "minimumPasswordLength",
                        request.minimumPasswordLength(),
                        SHORTEST_MINIMUM,
                        LONGEST_MINIMUM,
                        SHORTEST_MINIMUM),
                Boolean.TRUE.equals(request.requireSymbols()),
                Boolean.TRUE.equals(request.requireNumbers()),
                Boolean.TRUE.equals(request.requireUppercaseCharacters()),
                Boolean.TRUE.equals(request.requireLowercaseCharacters()),
                Boolean.TRUE.equals(request.allowUsersToChangePassword()),
                Require.range("maxPasswordAge", request.maxPasswordAge(), 1, LONGEST_AGE_DAYS, 0),
                Require.range("passwordReusePrevention", request.passwordReusePrevention(), 1, MOST_REMEMBERED, 0),
                Boolean.TRUE.equals(request.hardExpiry()));
        store.changeAccess(
                context.account(),
                entities ->
                        entities.merge(new PasswordPolicyRow(context.account().value(), rules)));
        return UpdateAccountPasswordPolicyResponse.builder().build();
    }

    private GetAccountPasswordPolicyResponse rules(RequestContext context, GetAccountPasswordPolicyRequest request) {
        var rules = store.read(entities -> LoginProfiles.rules(entities, context.account()))
                .orElseThrow(() -> noRules(context));
        return GetAccountPasswordPolicyResponse.builder()
                .passwordPolicy(PasswordPolicy.builder()
                        .minimumPasswordLength(rules.minimumLength())
                        .requireSymbols(rules.requireSymbols())
                        .requireNumbers(rules.requireNumbers())
                        .requireUppercaseCharacters(rules.requireUppercase())
                        .requireLowercaseCharacters(rules.requireLowercase())
                        .allowUsersToChangePassword(rules.usersMayChange())
                        .expirePasswords(rules.maxAgeDays() > 0)
                        .maxPasswordAge(rules.maxAgeDays() > 0 ? rules.maxAgeDays() : null)
                        .passwordReusePrevention(rules.rememberedPasswords() > 0 ? rules.rememberedPasswords() : null)
                        .hardExpiry(rules.hardExpiry())
                        .build())
                .build();
    }

    private DeleteAccountPasswordPolicyResponse deleteRules(
            RequestContext context, DeleteAccountPasswordPolicyRequest request) {
        store.changeAccess(
                context.account(),
                entities -> entities.remove(Optional.ofNullable(entities.find(
                                PasswordPolicyRow.class, context.account().value()))
                        .orElseThrow(() -> noRules(context))));
        return DeleteAccountPasswordPolicyResponse.builder().build();
    }

    private static AwsException noRules(RequestContext context) {
        return IamErrors.noSuchEntity(
                "The Password Policy with domain name " + context.account() + " cannot be found.");
    }

    private static LoginProfile answer(UserRow user, LoginProfileRow row) {
        return LoginProfile.builder()
                .userName(user.name())
                .createDate(row.createdAt())
                .passwordResetRequired(row.resetRequired())
                .build();
    }
}
