/** What IAM tells about a whole account: its alias, how much of everything it has, who may do what, the state of credentials. */
@NullMarked
package io.coppice.cloud.identity.account;

import org.jspecify.annotations.NullMarked;
