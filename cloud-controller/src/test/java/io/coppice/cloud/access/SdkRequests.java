package io.coppice.cloud.access;

import io.coppice.cloud.action.ActionRegistry.Service;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import software.amazon.awssdk.awscore.AwsRequest;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.sts.StsClient;

/** Every action of the AWS SDK's model with an empty request: more than any registry has, so new actions are among them. */
final class SdkRequests {
    private SdkRequests() {}

    /** By the name that clients send. */
    static SortedMap<String, SdkPojo> of(Service service) {
        var client =
                switch (service) {
                    case EC2 -> Ec2Client.class;
                    case IAM -> IamClient.class;
                    case STS -> StsClient.class;
                };
        var found = new TreeMap<String, SdkPojo>();
        Arrays.stream(client.getMethods())
                .filter(method -> method.getParameterCount() == 1)
                .map(method -> method.getParameterTypes()[0])
                .filter(type -> AwsRequest.class.isAssignableFrom(type) && type != AwsRequest.class)
                .distinct()
                .forEach(type -> found.put(action(type), empty(type)));
        return found;
    }

    /** The SDK writes some acronyms in its own way; the tables have the names of the API. */
    private static String action(Class<?> request) {
        var name = request.getSimpleName().substring(0, request.getSimpleName().length() - "Request".length());
        return name.replace("Mfa", "MFA")
                .replace("VolumeIo", "VolumeIO")
                .replace("Ssh", "SSH")
                .replace("OpenIdConnect", "OpenIDConnect")
                .replace("Saml", "SAML")
                .replace("ClientId", "ClientID");
    }

    private static SdkPojo empty(Class<?> request) {
        try {
            Method builder = request.getMethod("builder");
            var made = builder.invoke(null);
            return (SdkPojo) ((software.amazon.awssdk.utils.builder.Buildable) made).build();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("no builder of " + request, e);
        }
    }
}
