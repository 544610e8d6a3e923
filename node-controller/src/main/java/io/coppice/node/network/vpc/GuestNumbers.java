package io.coppice.node.network.vpc;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Gives every private address of this host's guests one that no other has on this host, although VPCs overlap. Lives as long as
 * the process: the numbers stand for guests towards the host's metadata service only. Thread-safe.
 */
public final class GuestNumbers {
    private static final int FIRST = 2;

    private final Cidr range;
    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock.
    private final Map<Owner, String> byOwner = new HashMap<>();
    private final Map<String, Owner> byNumber = new HashMap<>();
    private long next = FIRST;

    /** Gives addresses of this range, but not its first, which is the metadata service's. */
    public GuestNumbers(Cidr range) {
        this.range = range;
    }

    /**
     * Whom a number stands for.
     *
     * @param address private, or empty for the VPC's router
     */
    public record Owner(String vpcId, String address) {}

    /** The owner's number, the same until it is given back. */
    public String take(Owner owner) {
        lock.lock();
        try {
            var present = byOwner.get(owner);
            if (present != null) {
                return present;
            }
            var number = free();
            byOwner.put(owner, number);
            byNumber.put(number, owner);
            return number;
        } finally {
            lock.unlock();
        }
    }

    private String free() {
        for (long tried = FIRST; tried < range.size() - 1; tried++) {
            var number = range.address(next);
            next = next + 1 < range.size() - 1 ? next + 1 : FIRST;
            if (!byNumber.containsKey(number)) {
                return number;
            }
        }
        throw new IllegalStateException("this host has no address left in %s for one more interface".formatted(range));
    }

    public void giveBack(Owner owner) {
        lock.lock();
        try {
            var number = byOwner.remove(owner);
            if (number != null) {
                byNumber.remove(number);
            }
        } finally {
            lock.unlock();
        }
    }

    public Optional<Owner> owner(String number) {
        lock.lock();
        try {
            return Optional.ofNullable(byNumber.get(number));
        } finally {
            lock.unlock();
        }
    }
}
