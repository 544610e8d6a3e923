package io.coppice.cloud.launchtemplate;

import io.coppice.cloud.tag.TagRules;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.LaunchTemplate;
import software.amazon.awssdk.services.ec2.model.LaunchTemplateVersion;

/** Writes launch templates in the words of the EC2 API. Pure. */
final class LaunchTemplateAnswers {
    private LaunchTemplateAnswers() {}

    static LaunchTemplate template(LaunchTemplateRow row, @Nullable Map<String, String> tags) {
        return LaunchTemplate.builder()
                .launchTemplateId(row.id)
                .launchTemplateName(row.name)
                .createTime(row.createdAt)
                .createdBy(row.createdBy)
                .defaultVersionNumber(row.defaultVersion)
                .latestVersionNumber(row.latestVersion)
                .tags(TagRules.toList(tags))
                .build();
    }

    static LaunchTemplateVersion version(LaunchTemplateRow template, LaunchTemplateVersionRow row) {
        return LaunchTemplateVersion.builder()
                .launchTemplateId(template.id)
                .launchTemplateName(template.name)
                .versionNumber(row.key.version())
                .versionDescription(row.description.isEmpty() ? null : row.description)
                .createTime(row.createdAt)
                .createdBy(row.createdBy)
                .defaultVersion(row.key.version() == template.defaultVersion)
                .launchTemplateData(TemplateData.answer(TemplateData.fromText(row.parameters)))
                .build();
    }
}
