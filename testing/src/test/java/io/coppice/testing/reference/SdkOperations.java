package io.coppice.testing.reference;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.util.SequencedSet;
import java.util.TreeSet;

/** The names of a service's operations as AWS spells them, read from the calls in the AWS SDK's compiled client. */
final class SdkOperations {
    private SdkOperations() {}

    /** For example of {@code software/amazon/awssdk/services/ec2/DefaultEc2Client}. */
    static SequencedSet<String> of(String client) {
        var names = new TreeSet<String>();
        try (var bytes = SdkOperations.class.getClassLoader().getResourceAsStream(client + ".class")) {
            if (bytes == null) {
                throw new AssertionError("no class file of " + client);
            }
            for (var method : ClassFile.of().parse(bytes.readAllBytes()).methods()) {
                method.code().ifPresent(code -> {
                    var last = "";
                    for (var element : code) {
                        if (element instanceof ConstantInstruction constant
                                && constant.constantValue() instanceof String text) {
                            last = text;
                        } else if (element instanceof InvokeInstruction call
                                && call.name().equalsString("withOperationName")) {
                            names.add(last);
                        }
                    }
                });
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return names;
    }
}
