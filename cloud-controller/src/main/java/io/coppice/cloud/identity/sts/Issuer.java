package io.coppice.cloud.identity.sts;

import java.util.List;

/**
 * An OpenID Connect issuer that an account trusts.
 *
 * @param url with its scheme, without a slash at the end
 * @param name the same without the scheme: what condition keys begin with
 * @param providerArn as trust policies name it
 * @param audiences that tokens may be for
 * @param byOperator whether it stands in the configuration: then it may be on this machine and speak plain HTTP
 */
record Issuer(String url, String name, String providerArn, List<String> audiences, boolean byOperator) {
    Issuer {
        audiences = List.copyOf(audiences);
    }
}
