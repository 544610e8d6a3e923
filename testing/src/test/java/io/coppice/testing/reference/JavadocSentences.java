package io.coppice.testing.reference;

import io.coppice.testing.architecture.SourceTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Reads the Javadoc of our own sources as Markdown. */
final class JavadocSentences {
    private static final Pattern COMMENT = Pattern.compile("/\\*\\*((?:(?!\\*/).)*)\\*/\\s*", Pattern.DOTALL);
    private static final Pattern CODE = Pattern.compile("\\{@code ([^}]*)}");
    private static final Pattern LINK = Pattern.compile("\\{@link #?([^}(]*)(\\(\\))?}");

    private final String source;

    private JavadocSentences(String source) {
        this.source = source;
    }

    /** Those of the file that declares this type. */
    static JavadocSentences of(Class<?> type) throws IOException {
        var outermost = type;
        while (outermost.getEnclosingClass() != null) {
            outermost = outermost.getEnclosingClass();
        }
        var tail = Path.of("src", "main", "java").resolve(outermost.getName().replace('.', '/') + ".java");
        try (var modules = Files.list(SourceTree.root())) {
            var file = modules.map(module -> module.resolve(tail))
                    .filter(Files::exists)
                    .findFirst()
                    .orElseThrow(() -> new IOException("no source of " + type));
            return new JavadocSentences(Files.readString(file));
        }
    }

    /** What stands above the first declaration whose code, after annotations, begins with this. */
    String above(Pattern declaration) {
        var comments = COMMENT.matcher(source);
        while (comments.find()) {
            var rest =
                    source.substring(comments.end()).replaceFirst("^(@[\\w.]+(\\(([^()\"]|\"[^\"]*\")*\\))?\\s*)*", "");
            if (declaration.matcher(rest).lookingAt()) {
                return markdown(comments.group(1));
            }
        }
        throw new AssertionError("no Javadoc above " + declaration);
    }

    private static String markdown(String comment) {
        var plain =
                comment.replaceAll("(?m)^\\s*\\*", " ").replaceAll("\\s+", " ").strip();
        var code = CODE.matcher(plain).replaceAll(match -> "`" + quoted(match) + "`");
        return LINK.matcher(code).replaceAll(match -> "`" + quoted(match) + "`").replace("|", "\\|");
    }

    private static String quoted(MatchResult match) {
        return java.util.regex.Matcher.quoteReplacement(match.group(1));
    }
}
