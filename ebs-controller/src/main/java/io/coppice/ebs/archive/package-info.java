/**
 * Archives of virtual machines (OVA): a tar with a descriptor and disks. Read without unpacking, and nothing in one names a
 * file of this machine.
 */
@NullMarked
package io.coppice.ebs.archive;

import org.jspecify.annotations.NullMarked;
