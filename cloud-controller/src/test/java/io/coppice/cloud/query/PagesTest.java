package io.coppice.cloud.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.coppice.cloud.action.Caller;
import io.coppice.cloud.action.RequestContext;
import io.coppice.foundation.id.AccountId;
import io.coppice.wire.error.AwsException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** If this fails, a client that reads page by page sees things twice or not at all, or can make up a token. */
class PagesTest {
    private static final PageLimits LIMITS = PageLimits.usual("thingsSet");

    private final Pages pages = new Pages(
            new PageTokens(() -> "0123456789abcdef0123456789abcdef".getBytes(java.nio.charset.StandardCharsets.UTF_8)));

    private static RequestContext context(String account) {
        return new RequestContext(
                "request",
                "DescribeThings",
                new Caller(new AccountId(account), "arn:aws:iam::" + account + ":root", account, "AKIA", false),
                URI.create("http://127.0.0.1:8773"));
    }

    private static final RequestContext CONTEXT = context("123456789012");

    private static List<String> things(int count) {
        return IntStream.range(0, count).mapToObj(i -> "t%05d".formatted(i)).toList();
    }

    private String refusal(@Nullable Integer maxResults, @Nullable String token, boolean ids) {
        return assertThrows(AwsException.class, () -> pages.open(CONTEXT, LIMITS, maxResults, token, ids))
                .code();
    }

    @Test
    void allPagesTogetherAreTheWholeListEvenWhileRowsCome() {
        var rows = new ArrayList<>(things(23));
        var seen = new ArrayList<String>();
        String token = null;
        do {
            var page = pages.cut(pages.open(CONTEXT, LIMITS, 5, token, false), rows, row -> true, row -> row);
            seen.addAll(page.rows());
            token = page.nextToken();
            rows.addFirst("a" + seen.size());
        } while (token != null);
        assertEquals(things(23), seen);
    }

    @Test
    void filteredRowsDoNotMakeShortPages() {
        var rows = things(5000);
        var page = pages.cut(pages.open(CONTEXT, LIMITS, 5, null, false), rows, row -> row.endsWith("999"), row -> row);
        assertEquals(List.of("t00999", "t01999", "t02999", "t03999", "t04999"), page.rows());
        assertNull(page.nextToken());
    }

    @Test
    void exactlyFullLastPageHasNoToken() {
        var page = pages.cut(pages.open(CONTEXT, LIMITS, 5, null, false), things(5), row -> true, row -> row);
        assertEquals(5, page.rows().size());
        assertNull(page.nextToken());
    }

    @Test
    void requestWithoutMaxResultsIsLimitedToo() {
        var page = pages.cut(pages.open(CONTEXT, LIMITS, null, null, true), things(1001), row -> true, row -> row);
        assertEquals(1000, page.rows().size());
        assertNotNull(page.nextToken());
    }

    @Test
    void refusesWhatAwsRefuses() {
        assertEquals("InvalidParameterValue", refusal(4, null, false));
        assertEquals("InvalidParameterValue", refusal(1001, null, false));
        assertEquals("InvalidParameterCombination", refusal(5, null, true));
        assertEquals("InvalidNextToken", refusal(5, "bm90IGEgdG9rZW4gb2Ygb3Vycw", false));
        assertEquals("InvalidNextToken", refusal(null, "%%%", false));
    }

    @Test
    void tokenOfAnotherAccountIsRefused() {
        var page = pages.cut(pages.open(CONTEXT, LIMITS, 5, null, false), things(9), row -> true, row -> row);
        var other = context("999999999999");
        assertThrows(AwsException.class, () -> pages.open(other, LIMITS, 5, page.nextToken(), false));
    }
}
