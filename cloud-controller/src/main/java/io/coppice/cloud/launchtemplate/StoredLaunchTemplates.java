package io.coppice.cloud.launchtemplate;

import io.coppice.cloud.store.Database;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;

/** Launch templates in the database, for launches. Thread-safe. */
@ApplicationScoped
class StoredLaunchTemplates implements LaunchTemplates {
    private final Database database;
    private final LaunchTemplateStore store;

    StoredLaunchTemplates(Database database, LaunchTemplateStore store) {
        this.database = database;
        this.store = store;
    }

    @Override
    public RunInstancesRequest resolve(AccountId account, RunInstancesRequest request) {
        var named = request.launchTemplate();
        if (named == null) {
            return request;
        }
        var parameters = database.call(entities -> {
            var template =
                    store.require(entities, account, named.launchTemplateId(), named.launchTemplateName(), false);
            return store.version(entities, template, named.version()).parameters;
        });
        return TemplateData.launch(request, TemplateData.fromText(parameters));
    }
}
