package io.coppice.cloud.compute;

/** Tells a zone's reconciler that there is something to do. Called after the commit; never blocks. */
@FunctionalInterface
interface ZoneSignal {
    void changed(String zone);
}
