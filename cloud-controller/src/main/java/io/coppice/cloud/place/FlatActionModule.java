package io.coppice.cloud.place;

import io.coppice.cloud.action.ActionModule;

/**
 * Actions that are announced in a cloud with one flat network only. In the mode with virtual private clouds other features
 * announce the same actions.
 */
public interface FlatActionModule extends ActionModule {}
