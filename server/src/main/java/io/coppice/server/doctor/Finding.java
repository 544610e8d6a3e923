package io.coppice.server.doctor;

/**
 * What one check saw.
 *
 * @param check its name
 * @param good whether all is well
 * @param seen what was seen, one sentence
 * @param fix what to do about it; empty when all is well
 */
public record Finding(String check, boolean good, String seen, String fix) {
    static Finding good(String check, String seen) {
        return new Finding(check, true, seen, "");
    }

    static Finding bad(String check, String seen, String fix) {
        return new Finding(check, false, seen, fix);
    }
}
