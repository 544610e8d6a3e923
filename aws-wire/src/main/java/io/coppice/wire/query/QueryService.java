package io.coppice.wire.query;

import io.coppice.wire.error.AwsException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** An AWS service that speaks the Query protocol, and how its dialect differs from the others'. */
public enum QueryService {
    /** Amazon EC2: lists by number, no result element, its own error document. */
    EC2("http://ec2.amazonaws.com/doc/", "2016-11-15", "ec2"),
    /** AWS Identity and Access Management. */
    IAM("https://iam.amazonaws.com/doc/", "2010-05-08", "iam"),
    /** AWS Security Token Service. */
    STS("https://sts.amazonaws.com/doc/", "2011-06-15", "sts");

    private static final Pattern ACTION = Pattern.compile("[A-Z][A-Za-z0-9]{1,100}");
    private static final Pattern VERSION = Pattern.compile("20[0-9]{2}-[0-9]{2}-[0-9]{2}");
    /** The SDK writes {@code CreateSAMLProvider} as {@code CreateSamlProvider}. */
    private static final Pattern ACRONYM = Pattern.compile("(?<=[A-Z])[A-Z]+(?=[A-Z][a-z]|[0-9]|$)");

    private final String namespacePrefix;
    private final String defaultVersion;
    private final String sdkPackage;

    QueryService(String namespacePrefix, String defaultVersion, String sdkPackage) {
        this.namespacePrefix = namespacePrefix;
        this.defaultVersion = defaultVersion;
        this.sdkPackage = sdkPackage;
    }

    /** The API version that a client gets when it names none. */
    public String defaultVersion() {
        return defaultVersion;
    }

    /** The version a client asked for; throws {@code NoSuchVersion} when it is not a version at all. */
    public String version(String asked) {
        if (asked.isEmpty()) {
            return defaultVersion;
        }
        if (!VERSION.matcher(asked).matches()) {
            throw AwsException.client(
                    "NoSuchVersion",
                    "The requested version (" + asked + ") of service " + this + " does not exist. Use "
                            + defaultVersion + ".");
        }
        return asked;
    }

    /** Whether the AWS SDK's model has such an action. Loads two classes at most. */
    public boolean knows(String action) {
        return operation(action).isPresent();
    }

    /** The operation behind an action; empty when the AWS SDK's model has none of this name. */
    public Optional<Operation> operation(String action) {
        if (!ACTION.matcher(action).matches()) {
            return Optional.empty();
        }
        var sdkName =
                ACRONYM.matcher(action).replaceAll(letters -> letters.group().toLowerCase(Locale.ROOT));
        return Operation.named(sdkPackage, sdkName);
    }

    /** Whether lists are {@code Name.1} and answers have no result element. */
    boolean ec2Dialect() {
        return this == EC2;
    }

    String namespace(String version) {
        return ec2Dialect() ? namespacePrefix + version + "/" : namespacePrefix + defaultVersion + "/";
    }
}
