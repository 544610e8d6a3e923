package io.coppice.node.network;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** If this failed, connections of a guest would be lost on its way, or one host could have another run words of its choice. */
class OpenFlowTest {
    private static final String TO_PUBLIC =
            "-A -t 499 -u SEEN_REPLY,ASSURED -s 203.0.113.5 -d 198.18.0.20 -g 10.77.1.10"
                    + " -q 203.0.113.5 -p tcp --sport 4000 --dport 22 --reply-port-src 22 --reply-port-dst 4000 --state ESTABLISHED";

    @ParameterizedTest
    @ValueSource(
            strings = {
                TO_PUBLIC,
                "-A -t 431999 -u SEEN_REPLY,ASSURED -s 10.77.1.10 -d 203.0.113.5 -r 203.0.113.5 -n 198.18.0.20 -p tcp"
                        + " --sport 4001 --dport 80 --reply-port-src 80 --reply-port-dst 4001 --state CLOSE_WAIT",
                "-A -t 99 -u SEEN_REPLY -s 10.77.1.10 -d 10.77.1.11 -r 10.77.1.11 -q 10.77.1.10 -p udp"
                        + " --sport 4001 --dport 80 --reply-port-src 80 --reply-port-dst 4001",
                "-A -t 299 -u SEEN_REPLY,ASSURED -s fd00::1 -d fd00::2 -r fd00::2 -q fd00::1 -p tcp"
                        + " --sport 4001 --dport 80 --reply-port-src 80 --reply-port-dst 4001 --state ESTABLISHED"
            })
    void isToldAsItWasRead(String line) {
        assertEquals(Optional.of(line), OpenFlow.parse(line).map(OpenFlow::line));
    }

    @Test
    void whatHasEndedMeanwhileIsRememberedForASecond() {
        assertEquals(
                1,
                OpenFlow.parse(TO_PUBLIC.replace("-t 499", "-t 0"))
                        .orElseThrow()
                        .seconds());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-D -s 10.0.0.1",
                "conntrack v1.4.7: 0 flow entries have been shown.",
                // Never answered, another protocol, another port behind the translation.
                "-A -t 9 -u UNSET -s 10.0.0.1 -d 10.0.0.2 -r 10.0.0.2 -q 10.0.0.1 -p udp --sport 1 --dport 2"
                        + " --reply-port-src 2 --reply-port-dst 1",
                "-A -t 9 -u SEEN_REPLY -s 10.0.0.1 -d 10.0.0.2 -r 10.0.0.2 -q 10.0.0.1 -p icmp --icmp-type 8",
                "-A -t 9 -u SEEN_REPLY -s 10.0.0.1 -d 10.0.0.2 -r 10.0.0.2 -n 198.18.0.1 -p udp --sport 1 --dport 2"
                        + " --reply-port-src 2 --reply-port-dst 7",
                // What is no address, no number, no word that is known.
                "-A -t 9 -u SEEN_REPLY -s example.com -d 10.0.0.2 -r 10.0.0.2 -q 10.0.0.1 -p udp --sport 1 --dport 2"
                        + " --reply-port-src 2 --reply-port-dst 1",
                "-A -t 9 -u SEEN_REPLY -s 10.0.0.1 -d 10.0.0.2 -r 10.0.0.2 -q 10.0.0.1 -p tcp --sport 1 --dport 2"
                        + " --reply-port-src 2 --reply-port-dst 1 --state -F",
                "-A -t 9 -u SEEN_REPLY -s 10.0.0.1 -d 10.0.0.2 -r 10.0.0.2 -q 10.0.0.1 -p udp --sport -D --dport 2"
                        + " --reply-port-src 2 --reply-port-dst -D"
            })
    void anythingElseIsNone(String line) {
        assertEquals(Optional.empty(), OpenFlow.parse(line));
    }
}
