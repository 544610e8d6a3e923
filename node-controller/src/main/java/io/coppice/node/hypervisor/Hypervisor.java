package io.coppice.node.hypervisor;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.disk.CopyTarget;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Runs guests on one host. Calls for one instance come from one thread at a time (its actor); calls for different
 * instances come concurrently. Every implementation passes HypervisorContract.
 *
 * <p>The hypervisor is the truth for what is: implementations keep nothing of their own that would be lost with the
 * process, so that after a restart {@link #list()} tells everything.
 */
public interface Hypervisor extends AutoCloseable {
    /** What this hypervisor is and can carry. Called once after start; throws {@link HypervisorException} if unusable. */
    HypervisorInfo info();

    /** Every domain of this cloud on the host, running or not. Domains of others on the same host are never listed. */
    List<Domain> list();

    /** One domain, empty when there is none. */
    Optional<Domain> find(InstanceId instance);

    /**
     * Defines the domain and starts its guest. When it is already defined with the same generation it is only started
     * if it does not run. Nothing stays behind when it throws.
     */
    void start(DomainSpec spec);

    /** The volumes of the guests; the same object always. */
    GuestVolumes volumes();

    /** The network interfaces of guests that run. */
    GuestInterfaces interfaces();

    /** Guests that go to another host, or come from one. Throws {@link HypervisorException} where they cannot. */
    default GuestMoves moves() {
        throw new HypervisorException("guests of this kind of host cannot move while they run");
    }

    /** The agents in guests; the same object always. */
    default GuestAgents agents() {
        return new NoAgents();
    }

    /**
     * Copies the root disk of a running guest, as it is when the copy begins, and returns whether that is done: to be called
     * again until it is. Throws when the copy failed; the next call begins another one.
     */
    boolean copyRoot(InstanceId instance, CopyTarget target);

    /** Whether a copy by {@link #copyRoot} has begun, and {@link #copyRoot} has not said that it is done or failed. */
    boolean isCopyingRoot(InstanceId instance, CopyTarget target);

    /** Asks the guest for an orderly shutdown and returns at once; {@link Domain#state()} tells when it followed. */
    void requestShutdown(InstanceId instance);

    /** Cuts the guest's power; its definition is kept. Does nothing when it does not run or does not exist. */
    void powerOff(InstanceId instance);

    /** Restarts the guest: an orderly reboot, or a hard reset when the guest has not followed within {@code grace}. */
    void reboot(InstanceId instance, Duration grace);

    /** Cuts the power and removes the definition. Does nothing when there is none. Disks and network are not touched. */
    void remove(InstanceId instance);

    /**
     * A picture of what the guest shows on its screen, JPEG (ISO/IEC 10918-1). Throws {@link HypervisorException} with words
     * for its owner when it does not run or has no screen.
     */
    byte[] screenshot(InstanceId instance);

    /** Sends the guest's kernel an interrupt that cannot be masked. Throws like {@link #screenshot}. */
    void interrupt(InstanceId instance);

    /**
     * Calls {@code listener} on every change of a domain's state, from any thread, until the returned handle is closed.
     * A listener must return quickly. Changes may be missed: the caller also looks by itself now and then.
     */
    Subscription subscribe(Consumer<DomainEvent> listener);

    @Override
    void close();

    /** Ends a subscription when closed; closing twice is harmless. */
    interface Subscription extends AutoCloseable {
        @Override
        void close();
    }
}
