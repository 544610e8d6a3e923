package io.coppice.cloud.copy;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What an EBS controller may do with copies: all in its bucket, read in those of other zones. Pure. */
final class CopyPolicy {
    private static final String OWN = """
            {"Effect":"Allow","Action":"s3:CreateBucket","Resource":"arn:aws:s3:::%1$s"},
            {"Effect":"Allow","Action":["s3:GetObject","s3:PutObject","s3:DeleteObject","s3:ListBucket"],
             "Resource":["arn:aws:s3:::%1$s","arn:aws:s3:::%1$s/*"]}""";

    private CopyPolicy() {}

    /** The document, of one line for each statement. */
    static String of(String own, List<String> readable) {
        var reading = readable.stream()
                .flatMap(bucket -> Stream.of("arn:aws:s3:::" + bucket, "arn:aws:s3:::" + bucket + "/*"))
                .map(arn -> "\"" + arn + "\"")
                .collect(Collectors.joining(","));
        var others = readable.isEmpty()
                ? ""
                : ",{\"Effect\":\"Allow\",\"Action\":[\"s3:GetObject\",\"s3:ListBucket\"],\"Resource\":[" + reading
                        + "]}";
        return "{\"Version\":\"2012-10-17\",\"Statement\":[" + OWN.formatted(own) + others + "]}";
    }
}
