package io.coppice.cloud.launchtemplate;

import io.coppice.wire.error.AwsException;

/** What can be wrong with a request about launch templates, in AWS's codes. */
final class LaunchTemplateErrors {
    private LaunchTemplateErrors() {}

    static AwsException malformedId(String id) {
        return AwsException.client(
                "InvalidLaunchTemplateId.Malformed", "Invalid id: \"" + id + "\" (expecting \"lt-...\")");
    }

    static AwsException idNotFound(String id) {
        return AwsException.client(
                "InvalidLaunchTemplateId.NotFound",
                "The specified launch template, with template ID " + id + ", does not exist.");
    }

    static AwsException nameNotFound(String name) {
        return AwsException.client(
                "InvalidLaunchTemplateName.NotFoundException",
                "The specified launch template, with template name " + name + ", does not exist.");
    }

    static AwsException nameTaken(String name) {
        return AwsException.client(
                "InvalidLaunchTemplateName.AlreadyExistsException", "Launch template name already in use: " + name);
    }

    static AwsException malformedName(String name) {
        return AwsException.client(
                "InvalidLaunchTemplateName.MalformedException",
                "The launch template name '" + name
                        + "' is not valid: 3 to 128 characters out of letters, digits and ( ) . - / _");
    }

    static AwsException versionNotFound(String id, String version) {
        return AwsException.client(
                "InvalidLaunchTemplateId.VersionNotFound",
                "Could not find the specified version " + version + " for the launch template with ID " + id + ".");
    }

    static AwsException malformedVersion(String version) {
        return AwsException.client(
                "InvalidLaunchTemplateId.VersionNotFound",
                "The version " + version + " is not valid: give its number, $Latest or $Default.");
    }

    static AwsException missing(String parameter) {
        return AwsException.client("MissingParameter", "The request must contain the parameter " + parameter);
    }

    static AwsException idOrName() {
        return AwsException.client(
                "MissingParameter", "The request must contain the launch template's ID or its name.");
    }

    static AwsException idAndName() {
        return AwsException.client(
                "InvalidParameterCombination",
                "Launch template ID and launch template name cannot be used in the same request.");
    }

    static AwsException invalid(String parameter, Object value, String why) {
        return AwsException.client(
                "InvalidParameterValue", "Value (" + value + ") for parameter " + parameter + " is invalid. " + why);
    }

    static AwsException limitExceeded(String what, int limit) {
        return AwsException.client(
                "LaunchTemplateLimitExceeded",
                "There cannot be more than " + limit + " " + what + ". Delete some that are not needed.");
    }
}
