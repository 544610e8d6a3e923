package io.coppice.cloud.identity;

import io.coppice.cloud.action.Caller;
import io.coppice.policy.PolicySet;

/** Binds nobody: stands where policies are not kept in rows yet. Every user of an account may do what its root may. */
public final class EverybodyMayEverything implements PolicySource {
    @Override
    public PolicySet of(Caller caller) {
        return PolicySet.UNRESTRICTED;
    }
}
