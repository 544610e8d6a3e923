package io.coppice.foundation.id;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** If this failed, a mistyped id would be taken for one that merely does not exist, or travel into a file name. */
class ResourceIdTest {
    @Test
    void newIdsAreWellFormedAndDiffer() {
        var id = InstanceId.random();
        assertEquals(id, new InstanceId(id.value()));
        assertEquals(19, id.value().length());
        assertNotEquals(id, InstanceId.random());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "i-",
                "i-1",
                "i-0123456789abcdefg",
                "ami-0123456789abcdef0",
                "i-0123456789ABCDEF0",
                "i-../../../etc/pas"
            })
    void aTextOfAnotherFormIsRefused(String text) {
        assertThrows(MalformedIdException.class, () -> new InstanceId(text));
    }

    @Test
    void oldShortIdsAreRead() {
        assertEquals("i-01234567", new InstanceId("i-01234567").value());
    }
}
