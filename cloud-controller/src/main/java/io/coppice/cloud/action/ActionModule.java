package io.coppice.cloud.action;

/** A feature's list of actions; an application-scoped bean, found by the front at start. */
@FunctionalInterface
public interface ActionModule {
    /** Announces every action of the feature. */
    void register(ActionRegistry registry);
}
