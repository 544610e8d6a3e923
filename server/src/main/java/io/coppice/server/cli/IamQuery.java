package io.coppice.server.cli;

import io.coppice.server.OperatorException;
import io.coppice.server.settings.DataFolder;
import io.coppice.server.settings.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.SAXException;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/**
 * Asks the cloud's IAM as the administrator of the cloud's own account, for actions that no SDK has: signed Query requests
 * and XML answers. Used by one thread.
 */
final class IamQuery implements AutoCloseable {
    private static final String NO_DOCTYPE = "http://apache.org/xml/features/disallow-doctype-decl";
    private static final int OK_FAMILY = 2;
    private static final int HUNDRED = 100;

    private final URI endpoint;
    private final String region;
    private final Credentials credentials;
    private final software.amazon.awssdk.http.SdkHttpClient http;

    IamQuery(DataFolder folder, Settings settings) {
        this.endpoint = URI.create(settings.endpointUrl());
        this.region = settings.value(Settings.REGION, "us-east-1");
        this.credentials = Credentials.read(folder.systemCredentials());
        var client = UrlConnectionHttpClient.builder();
        if (settings.secure()) {
            var trusted = TrustedAuthority.managers(folder.authorityCertificate());
            client.tlsTrustManagersProvider(() -> trusted);
        }
        this.http = client.build();
    }

    /** Carries out an action; throws {@link OperatorException} with the cloud's words when it is refused. */
    Answer call(String action, Map<String, String> parameters) {
        var form = new TreeMap<>(parameters);
        form.put("Action", action);
        form.put("Version", "2010-05-08");
        var body = form.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        try {
            return send(action, body);
        } catch (IOException e) {
            throw new OperatorException(
                    "the cloud at " + endpoint + " does not answer: " + e.getMessage(),
                    "Look at \"./coppice status\"; start it with \"./coppice up\".",
                    e);
        }
    }

    private Answer send(String action, String body) throws IOException {
        var request = SdkHttpRequest.builder()
                .method(SdkHttpMethod.POST)
                .uri(endpoint)
                .putHeader("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
                .build();
        var identity = AwsCredentialsIdentity.create(credentials.accessKeyId(), credentials.secretAccessKey());
        var signed = AwsV4HttpSigner.create().sign(sign -> sign.identity(identity)
                .request(request)
                .payload(ContentStreamProvider.fromUtf8String(body))
                .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "iam")
                .putProperty(AwsV4HttpSigner.REGION_NAME, region));
        var response = http.prepareRequest(HttpExecuteRequest.builder()
                        .request(signed.request())
                        .contentStreamProvider(signed.payload().orElseThrow())
                        .build())
                .call();
        var content = response.responseBody().orElseThrow(() -> new IOException(action + " was answered with nothing"));
        Answer answer;
        try (content) {
            answer = new Answer(parse(content));
        }
        if (response.httpResponse().statusCode() / HUNDRED != OK_FAMILY) {
            throw new OperatorException(
                    answer.text("Message"), "The cloud answered " + answer.text("Code") + " to " + action + ".");
        }
        return answer;
    }

    @Override
    public void close() {
        http.close();
    }

    private static Document parse(InputStream xml) throws IOException {
        try {
            var factory = DocumentBuilderFactory.newDefaultInstance();
            factory.setFeature(NO_DOCTYPE, true);
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            return factory.newDocumentBuilder().parse(xml);
        } catch (ParserConfigurationException | SAXException e) {
            throw new IOException("the answer is not XML: " + e.getMessage(), e);
        }
    }

    /** What came back. */
    record Answer(Document document) {
        /** The text of the first element of that name; empty when there is none. */
        String text(String element) {
            var texts = texts(element);
            return texts.isEmpty() ? "" : texts.getFirst();
        }

        /** The texts of all elements of that name. */
        List<String> texts(String element) {
            return elements(element).stream().map(Element::getTextContent).toList();
        }

        /** The children of each element of that name: their texts by their names. */
        List<Map<String, String>> structures(String element) {
            return elements(element).stream().map(Answer::children).toList();
        }

        private List<Element> elements(String name) {
            var nodes = document.getElementsByTagName(name);
            var found = new ArrayList<Element>();
            for (var i = 0; i < nodes.getLength(); i++) {
                found.add((Element) nodes.item(i));
            }
            return found;
        }

        private static Map<String, String> children(Element element) {
            var texts = new TreeMap<String, String>();
            for (var child = element.getFirstChild(); child != null; child = child.getNextSibling()) {
                if (child instanceof Element each) {
                    texts.put(each.getTagName(), each.getTextContent());
                }
            }
            return texts;
        }
    }
}
