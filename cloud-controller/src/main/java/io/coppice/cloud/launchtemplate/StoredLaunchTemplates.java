package io.coppice.cloud.launchtemplate;

import io.coppice.cloud.store.Database;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
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
    public Resolved resolve(AccountId account, RunInstancesRequest request) {
        var named = request.launchTemplate();
        if (named == null) {
            return new Resolved(request, Optional.empty());
        }
        return database.call(entities -> {
            var template =
                    store.require(entities, account, named.launchTemplateId(), named.launchTemplateName(), false);
            var version = store.version(entities, template, named.version());
            var filled = TemplateData.launch(request, TemplateData.fromText(version.parameters)).toBuilder()
                    .launchTemplate(
                            used -> used.launchTemplateId(template.id).version(Long.toString(version.key.version())))
                    .build();
            return new Resolved(filled, Optional.of(new Used(template.id, version.key.version())));
        });
    }
}
