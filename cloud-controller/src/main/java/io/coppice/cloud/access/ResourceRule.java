package io.coppice.cloud.access;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A resource that an action is about, as a line of the tables says it.
 *
 * @param kind for example {@code instance}; {@code ?} when the id's prefix tells it
 * @param fields members of the request that hold names or ids; none when the resource is only coming to be
 * @param absence what is asked for when the request names none
 * @param pathField the member that holds the path of a resource that is coming to be
 * @param newNameField the member that holds another name for the resource; pathField then holds another path
 * @param keys condition keys in lower case, with the members of the request that give their values
 */
record ResourceRule(
        String kind,
        List<String> fields,
        Absence absence,
        Optional<String> pathField,
        Optional<String> newNameField,
        Map<String, KeySource> keys) {
    static final String ANY_KIND = "?";

    ResourceRule {
        fields = List.copyOf(fields);
        keys = Map.copyOf(keys);
    }

    /** Reads a token such as {@code subnet:SubnetId,NetworkInterfaces.SubnetId?}. */
    static ResourceRule parse(String token) {
        var colon = token.indexOf(':');
        if (colon <= 0) {
            throw new IllegalArgumentException("no kind of resource in " + token);
        }
        var names = token.substring(colon + 1);
        var absence = Absence.ALL;
        if (names.endsWith("?")) {
            absence = Absence.NOTHING;
            names = names.substring(0, names.length() - 1);
        } else if (names.endsWith("!")) {
            absence = Absence.CALLER;
            names = names.substring(0, names.length() - 1);
        }
        var at = names.indexOf('@');
        var path = at < 0 ? Optional.<String>empty() : Optional.of(names.substring(at + 1));
        var called = at < 0 ? names : names.substring(0, at);
        var tilde = called.indexOf('~');
        var newName = tilde < 0 ? Optional.<String>empty() : Optional.of(called.substring(tilde + 1));
        var fields = tilde < 0 ? called : called.substring(0, tilde);
        var none = fields.isEmpty() || fields.equals("*");
        return new ResourceRule(
                token.substring(0, colon),
                none ? List.of() : List.of(fields.split(",")),
                absence,
                path,
                newName,
                Map.of());
    }

    /**
     * The same with a key from a token such as {@code +ec2:InstanceType=InstanceType}, or {@code
     * +ec2:Subnet=SubnetId>ec2:subnet} for a key whose values are ARNs.
     */
    ResourceRule withKey(String token) {
        var equals = token.indexOf('=');
        var arrow = token.indexOf('>');
        var fields = token.substring(equals + 1, arrow < 0 ? token.length() : arrow);
        var more = new LinkedHashMap<>(keys);
        more.put(
                token.substring(1, equals).toLowerCase(Locale.ROOT),
                new KeySource(
                        List.of(fields.split(",")),
                        arrow < 0 ? Optional.empty() : Optional.of(Kind.parse(token.substring(arrow + 1)))));
        return new ResourceRule(kind, fields(), absence, pathField, newNameField, more);
    }

    /** Every member of the request that the rule reads. */
    List<String> allFields() {
        var all = new ArrayList<>(fields);
        keys.values().forEach(each -> all.addAll(each.fields()));
        pathField.ifPresent(all::add);
        newNameField.ifPresent(all::add);
        return all;
    }

    /**
     * Where a condition key has its values from.
     *
     * @param arnOf the kind of resource whose ARNs they are; empty when they are what the request says
     */
    record KeySource(List<String> fields, Optional<Kind> arnOf) {
        KeySource {
            fields = List.copyOf(fields);
        }
    }

    /** A kind of resource of a service. */
    record Kind(String service, String kind) {
        static Kind parse(String text) {
            var colon = text.indexOf(':');
            return new Kind(text.substring(0, colon), text.substring(colon + 1));
        }
    }

    /** What is asked for when a request names no resource. */
    enum Absence {
        /** All of the kind. */
        ALL,
        /** Nothing. */
        NOTHING,
        /** The caller. */
        CALLER
    }
}
