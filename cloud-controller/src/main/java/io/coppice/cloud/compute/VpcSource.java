package io.coppice.cloud.compute;

import io.coppice.cloud.network.VpcGenerations.Change;
import io.coppice.cloud.network.VpcGenerations.Changes;
import io.coppice.cloud.network.compile.VpcChanges;
import io.coppice.proto.network.v1.Vpc;
import java.time.Duration;
import java.util.List;

/** The VPCs in the database. Thread-safe. */
record VpcSource(VpcChanges vpcs) implements NetworkSender.Source {
    @Override
    public Changes names(long position) {
        return vpcs.names(position);
    }

    @Override
    public List<Vpc> whole(List<Change> changes) {
        return vpcs.whole(changes);
    }

    @Override
    public void taken(List<Vpc> whole) {
        vpcs.taken(whole);
    }

    @Override
    public long signals() {
        return vpcs.signals();
    }

    @Override
    public void await(long seen, Duration most) throws InterruptedException {
        vpcs.await(seen, most);
    }
}
