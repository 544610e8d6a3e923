package io.coppice.cloud.volume;

/** A volume that a launch makes for each of its instances. */
public final class LaunchVolume {
    private final String device;
    private final Volume.Shape shape;
    private final boolean deleteOnTermination;

    LaunchVolume(String device, Volume.Shape shape, boolean deleteOnTermination) {
        this.device = device;
        this.shape = shape;
        this.deleteOnTermination = deleteOnTermination;
    }

    String device() {
        return device;
    }

    Volume.Shape shape() {
        return shape;
    }

    /** Whether it goes with its instance. */
    boolean deleteOnTermination() {
        return deleteOnTermination;
    }
}
