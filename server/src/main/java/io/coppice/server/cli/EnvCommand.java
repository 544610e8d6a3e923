package io.coppice.server.cli;

import io.coppice.server.settings.Settings;
import io.coppice.server.up.SampleImage;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Prints what a shell must export for unmodified AWS tools. */
@Command(
        name = "env",
        description = "Print settings for AWS tools: eval \"$(./coppice env)\".",
        footerHeading = "%nExamples:%n",
        footer = {
            "  eval \"$(./coppice env)\" && aws ec2 describe-images",
            "  ./coppice env --terraform > provider.tf",
            "  ./coppice env --ansible > group_vars/all.yml"
        })
final class EnvCommand extends CloudCommand {
    /**
     * Debian 12's aws is older than the variable: without this its user would knock at Amazon's door. In scripts, which do not see
     * the function, such an aws needs the option itself. An endpoint that the caller names comes last and wins.
     */
    static final String AWS_WITH_ENDPOINT = """
            # aws before 2.13 (1.29) does not read AWS_ENDPOINT_URL.
            aws() { if [ -n "${AWS_ENDPOINT_URL:-}" ]; then command aws --endpoint-url "$AWS_ENDPOINT_URL" "$@"; else command aws "$@"; fi; }
            """;

    @Option(
            names = "--terraform",
            description = "Print a provider block for Terraform; keys come from the environment.")
    private boolean terraform;

    @Option(names = "--ansible", description = "Print variables for Ansible's amazon.aws modules.")
    private boolean ansible;

    @Override
    public Integer call() {
        var settings = cloud.settings();
        var credentials = Credentials.read(folder());
        out().print(
                        terraform
                                ? terraform(settings)
                                : ansible ? ansible(settings, credentials) : shell(settings, credentials));
        out().flush();
        return 0;
    }

    private String shell(Settings settings, Credentials credentials) {
        var values = new LinkedHashMap<String, String>();
        values.put("AWS_ACCESS_KEY_ID", credentials.accessKeyId());
        values.put("AWS_SECRET_ACCESS_KEY", credentials.secretAccessKey());
        values.put("AWS_REGION", settings.value(Settings.REGION, ""));
        values.put("AWS_DEFAULT_REGION", settings.value(Settings.REGION, ""));
        values.put("AWS_ENDPOINT_URL", settings.publicUrl());
        if (settings.secure()) {
            values.put("AWS_CA_BUNDLE", folder().authorityCertificate().toString());
        }
        new SampleImage(folder()).id().ifPresent(id -> values.put("COPPICE_SAMPLE_IMAGE", id));
        return exports(values) + AWS_WITH_ENDPOINT;
    }

    /** One export line for each, safe to eval. A session token left over from another cloud would spoil the signature. */
    static String exports(Map<String, String> values) {
        var text = new StringBuilder();
        values.forEach((name, value) -> text.append("export ")
                .append(name)
                .append('=')
                .append(ShellText.quote(value))
                .append('\n'));
        return text.append("unset AWS_SESSION_TOKEN AWS_PROFILE\n").toString();
    }

    private String terraform(Settings settings) {
        var url = settings.publicUrl();
        var authority = settings.secure()
                ? "  custom_ca_bundle            = \"" + folder().authorityCertificate() + "\"\n"
                : "";
        return """
                # Keys come from the environment: eval "$(coppice env)".
                provider "aws" {
                  region                      = "%s"
                  skip_metadata_api_check     = true
                  skip_region_validation      = true
                  s3_use_path_style           = true
                %s\
                  endpoints {
                    ec2 = "%s"
                    iam = "%s"
                    sts = "%s"
                    s3  = "%s"
                  }
                }
                """.formatted(settings.value(Settings.REGION, ""), authority, url, url, url, url);
    }

    private String ansible(Settings settings, Credentials credentials) {
        var authority = settings.secure() ? "aws_ca_bundle: \"" + folder().authorityCertificate() + "\"\n" : "";
        return """
                # Give them to all modules of a play:
                #   module_defaults:
                #     group/amazon.aws.aws:
                #       access_key: "{{ aws_access_key }}"
                #       secret_key: "{{ aws_secret_key }}"
                #       region: "{{ aws_region }}"
                #       endpoint_url: "{{ aws_endpoint_url }}"%s
                aws_access_key: "%s"
                aws_secret_key: "%s"
                aws_region: "%s"
                aws_endpoint_url: "%s"
                """.formatted(
                                settings.secure() ? "\n#       aws_ca_bundle: \"{{ aws_ca_bundle }}\"" : "",
                                credentials.accessKeyId(),
                                credentials.secretAccessKey(),
                                settings.value(Settings.REGION, ""),
                                settings.publicUrl())
                + authority;
    }
}
