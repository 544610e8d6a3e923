# Takes snapshots of several images at one moment: of two writes of which the second began when the first was acknowledged none has
# the second without the first. Whoever writes to an image needs its exclusive lock. Here all of these locks are held, so that
# nobody writes to any of the images, while the snapshots are taken; who tries to is told EROFS at once, and succeeds afterwards.
# Arguments: --conf FILE --id USER POOL IMAGE@SNAPSHOT... Ends with the errno of what failed; then not all of them were taken.
# Source: lock_acquire and RBD_LOCK_MODE_EXCLUSIVE in https://docs.ceph.com/en/pacific/rbd/api/librbdpy/.
import argparse
import contextlib
import sys
from concurrent.futures import ThreadPoolExecutor

import rados
import rbd

parser = argparse.ArgumentParser()
parser.add_argument("--conf", required=True)
parser.add_argument("--id", required=True)
parser.add_argument("pool")
parser.add_argument("snapshots", nargs="+")
given = parser.parse_args()

try:
    with contextlib.ExitStack() as stack:
        cluster = stack.enter_context(rados.Rados(conffile=given.conf, rados_id=given.id))
        pool = stack.enter_context(cluster.open_ioctx(given.pool))
        threads = stack.enter_context(ThreadPoolExecutor(len(given.snapshots)))
        opened = []
        for each in given.snapshots:
            name, snapshot = each.split("@")
            opened.append((stack.enter_context(rbd.Image(pool, name)), snapshot))
        for image, _ in opened:
            image.lock_acquire(rbd.RBD_LOCK_MODE_EXCLUSIVE)
        # Closing the images gives the locks back, whatever becomes of these.
        for taken in [threads.submit(image.create_snap, snapshot) for image, snapshot in opened]:
            taken.result()
        for image, _ in opened:
            if not image.is_exclusive_lock_owner():
                # Somebody took it for dead: what he wrote may be in one of them.
                print("a lock was lost while the snapshots were taken", file=sys.stderr)
                sys.exit(5)
except (rbd.Error, rados.Error) as failure:
    print(failure, file=sys.stderr)
    sys.exit(getattr(failure, "errno", None) or 5)
