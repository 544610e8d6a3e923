package io.coppice.policy;

import io.coppice.policy.PrincipalElement.Named;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Reads {@code Principal} and {@code NotPrincipal} (IAM User Guide, "AWS JSON policy elements: Principal"). */
final class PrincipalReader {
    private static final Pattern ACCOUNT = Pattern.compile("\\d{12}");
    private static final Pattern ROOT = Pattern.compile("arn:aws[a-z-]*:iam::(\\d{12}):root");
    private static final Pattern PRINCIPAL = Pattern.compile(
            "arn:aws[a-z-]*:(iam::\\d{12}:(user|role)|sts::\\d{12}:(assumed-role/[^/*]+|federated-user))/[^*]+");
    private static final Pattern UNIQUE_ID = Pattern.compile("A(IDA|ROA)[A-Z0-9]{12,}");

    private PrincipalReader() {}

    static List<Named> read(Json json) {
        return switch (json) {
            case Json.Text(String value, SourceRange where) when value.equals("*") -> List.of(new Named.Everybody());
            case Json.Members(Map<String, Json> values, SourceRange where) when !values.isEmpty() -> read(values);
            case Json.Text(String value, SourceRange where) -> throw invalid("\"" + value + "\"");
            case Json.Members empty -> throw invalid("{}");
            case Json.Items items -> throw invalid("a list");
            case Json.Scalar(String value, SourceRange where) -> throw invalid(value);
        };
    }

    private static List<Named> read(Map<String, Json> values) {
        var names = new ArrayList<Named>();
        values.forEach((type, json) -> {
            for (var text : PolicyReader.texts(json, "Invalid principal in policy: \"" + type + "\":[]")) {
                names.add(
                        switch (type) {
                            case "AWS" -> aws(text);
                            case "Service" -> new Named.Service(text);
                            case "Federated" -> new Named.Federated(text);
                            default -> throw invalid("\"" + type + "\":\"" + text + "\"");
                        });
            }
        });
        return List.copyOf(names);
    }

    private static Named aws(String text) {
        if (text.equals("*")) {
            return new Named.Everybody();
        }
        if (ACCOUNT.matcher(text).matches()) {
            return new Named.Account(text);
        }
        var root = ROOT.matcher(text);
        if (root.matches()) {
            return new Named.Account(root.group(1));
        }
        if (UNIQUE_ID.matcher(text).matches()) {
            return new Named.UniqueId(text);
        }
        if (PRINCIPAL.matcher(text).matches()) {
            return new Named.Arn(text);
        }
        throw invalid("\"AWS\":\"" + text + "\"");
    }

    private static MalformedPolicyException invalid(String what) {
        return PolicyReader.malformed("Invalid principal in policy: " + what);
    }
}
