/** Identity providers outside the cloud: OpenID Connect. SAML is not spoken. */
@NullMarked
package io.coppice.cloud.identity.provider;

import org.jspecify.annotations.NullMarked;
