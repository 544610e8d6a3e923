package io.coppice.walrus.acl;

import io.coppice.walrus.identity.Principal;
import java.util.Arrays;
import java.util.Optional;

/** To whom a grant speaks. */
public sealed interface Grantee {
    /** Whether it speaks to whoever asks. */
    boolean includes(Principal caller);

    /** One account. */
    record User(String canonicalId, String displayName) implements Grantee {
        @Override
        public boolean includes(Principal caller) {
            return !caller.anonymous() && caller.canonicalId().equals(canonicalId);
        }
    }

    /** Those groups that S3 defines. */
    enum Group implements Grantee {
        ALL_USERS("http://acs.amazonaws.com/groups/global/AllUsers"),
        AUTHENTICATED_USERS("http://acs.amazonaws.com/groups/global/AuthenticatedUsers"),
        LOG_DELIVERY("http://acs.amazonaws.com/groups/s3/LogDelivery");

        private final String uri;

        Group(String uri) {
            this.uri = uri;
        }

        /** As it stands in documents. */
        public String uri() {
            return uri;
        }

        /** The group of that URI. */
        public static Optional<Group> ofUri(String uri) {
            return Arrays.stream(values()).filter(each -> each.uri.equals(uri)).findFirst();
        }

        /** Whether people outside of all accounts, or of any account, belong to it. */
        public boolean open() {
            return this != LOG_DELIVERY;
        }

        @Override
        public boolean includes(Principal caller) {
            return switch (this) {
                case ALL_USERS -> true;
                case AUTHENTICATED_USERS -> !caller.anonymous();
                case LOG_DELIVERY -> false;
            };
        }
    }
}
