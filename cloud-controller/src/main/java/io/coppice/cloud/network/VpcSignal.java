package io.coppice.cloud.network;

import io.coppice.cloud.background.ChangeSignal;
import jakarta.enterprise.context.ApplicationScoped;

/** Wakes those who tell hosts of VPCs. */
@ApplicationScoped
public class VpcSignal extends ChangeSignal {}
