package io.coppice.testing.architecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

/** The product's classes with what they use, read from the class path once for all tests: it takes ten seconds and more. */
public final class ProductClasses {
    private static final JavaClasses ALL = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.coppice");

    private ProductClasses() {}

    public static JavaClasses all() {
        return ALL;
    }
}
