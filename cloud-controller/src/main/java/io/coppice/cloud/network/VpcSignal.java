package io.coppice.cloud.network;

import io.coppice.foundation.signal.ChangeSignal;
import jakarta.enterprise.context.ApplicationScoped;

/** Wakes those who tell hosts of VPCs. */
@ApplicationScoped
public class VpcSignal extends ChangeSignal {}
