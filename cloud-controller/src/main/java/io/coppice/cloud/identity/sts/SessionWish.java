package io.coppice.cloud.identity.sts;

import io.coppice.cloud.action.Session;
import io.coppice.cloud.identity.entity.IamErrors;
import io.coppice.cloud.identity.entity.Require;
import io.coppice.policy.MalformedPolicyException;
import io.coppice.policy.PolicyDocument;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sts.model.PolicyDescriptorType;
import software.amazon.awssdk.services.sts.model.Tag;

/** Checks of what requests for sessions have in common (STS API Reference, "AssumeRole"). All throw STS's errors. */
final class SessionWish {
    private static final Pattern NAME = Pattern.compile("[\\w+=,.@-]*");
    private static final String NAME_SHOWN = "[\\w+=,.@-]*";
    private static final Pattern TAG = Pattern.compile("[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*");
    private static final String TAG_SHOWN = "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*";
    private static final int MAX_POLICY_CHARACTERS = 2_048;
    private static final int MAX_POLICY_ARNS = 10;
    private static final int MAX_TAGS = 50;
    private static final int LONGEST_TAG_KEY = 128;
    private static final int LONGEST_TAG_VALUE = 256;

    private SessionWish() {}

    /** A name of letters, digits and {@code +=,.@_-}. */
    static String name(String parameter, @Nullable String name, int longest) {
        return Require.pattern(parameter, Require.length(parameter, name, 2, longest), NAME, NAME_SHOWN);
    }

    /** Seconds between bounds, or what stands for them when there are none. */
    static Duration life(@Nullable Integer seconds, Duration least, Duration most, Duration otherwise) {
        return Duration.ofSeconds(Require.range(
                "durationSeconds",
                seconds,
                Math.toIntExact(least.toSeconds()),
                Math.toIntExact(most.toSeconds()),
                Math.toIntExact(otherwise.toSeconds())));
    }

    /** The policies that restrict a session; that they exist is checked elsewhere. */
    static Session.Restriction restriction(@Nullable String policy, List<PolicyDescriptorType> policyArns) {
        if (policyArns.size() > MAX_POLICY_ARNS) {
            throw IamErrors.invalid("policyArns", "Member must have length less than or equal to " + MAX_POLICY_ARNS);
        }
        var arns = policyArns.stream()
                .map(each -> Require.arn("policyArns.member.arn", each.arn()))
                .toList();
        return new Session.Restriction(policy == null ? List.of() : List.of(document(policy)), arns);
    }

    private static String document(String policy) {
        Require.length("policy", policy, 1, MAX_POLICY_CHARACTERS);
        try {
            return PolicyDocument.parse(policy, PolicyDocument.Kind.IDENTITY).json();
        } catch (MalformedPolicyException e) {
            throw IamErrors.malformedPolicy(e.reason());
        }
    }

    /** Tags by key; keys that differ in case only are the same. */
    static Map<String, String> tags(List<Tag> tags) {
        if (tags.size() > MAX_TAGS) {
            throw IamErrors.invalid("tags", "Member must have length less than or equal to " + MAX_TAGS);
        }
        var checked = new LinkedHashMap<String, String>();
        var keys = new HashSet<String>();
        for (var i = 0; i < tags.size(); i++) {
            var at = "tags." + (i + 1) + ".member.";
            var key = Require.length(at + "key", tags.get(i).key(), 1, LONGEST_TAG_KEY);
            Require.pattern(at + "key", key, TAG, TAG_SHOWN);
            var value = Require.length(at + "value", tags.get(i).value(), 0, LONGEST_TAG_VALUE);
            Require.pattern(at + "value", value, TAG, TAG_SHOWN);
            if (key.toLowerCase(Locale.ROOT).startsWith("aws:")) {
                throw StsErrors.parameter("Tag keys that begin with aws: are reserved.");
            }
            if (!keys.add(key.toLowerCase(Locale.ROOT))) {
                throw StsErrors.parameter("Duplicate tag keys found. Please note that Tag keys are case insensitive.");
            }
            checked.put(key, value);
        }
        return checked;
    }
}
