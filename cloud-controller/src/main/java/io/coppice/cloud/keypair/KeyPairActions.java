package io.coppice.cloud.keypair;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.event.EventLog;
import io.coppice.cloud.query.Filters;
import io.coppice.cloud.store.Database;
import io.coppice.cloud.tag.TagRules;
import io.coppice.foundation.id.KeyPairId;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.CreateKeyPairRequest;
import software.amazon.awssdk.services.ec2.model.CreateKeyPairResponse;
import software.amazon.awssdk.services.ec2.model.DeleteKeyPairRequest;
import software.amazon.awssdk.services.ec2.model.DeleteKeyPairResponse;
import software.amazon.awssdk.services.ec2.model.DescribeKeyPairsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeKeyPairsResponse;
import software.amazon.awssdk.services.ec2.model.ImportKeyPairRequest;
import software.amazon.awssdk.services.ec2.model.ImportKeyPairResponse;
import software.amazon.awssdk.services.ec2.model.KeyPairInfo;
import software.amazon.awssdk.services.ec2.model.TagSpecification;

/** CreateKeyPair, ImportKeyPair, DescribeKeyPairs and DeleteKeyPair. Thread-safe. */
@ApplicationScoped
class KeyPairActions implements ActionModule {
    private static final int MAX_NAME = 255;
    private static final String RESOURCE_TYPE = "key-pair";
    private static final Filters<KeyPair> FILTERS = Filters.<KeyPair>builder()
            .value("key-pair-id", KeyPair::id)
            .value("key-name", KeyPair::name)
            .value("key-type", KeyPair::type)
            .value("fingerprint", KeyPair::fingerprint)
            .tags(KeyPair::tags)
            .build();

    private final Database database;
    private final KeyPairStore store;
    private final EventLog events;
    private final Clock clock;

    KeyPairActions(Database database, KeyPairStore store, EventLog events, Clock clock) {
        this.database = database;
        this.store = store;
        this.events = events;
        this.clock = clock;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(ActionRegistry.Service.EC2, "CreateKeyPair", CreateKeyPairRequest::builder, this::create);
        registry.add(ActionRegistry.Service.EC2, "ImportKeyPair", ImportKeyPairRequest::builder, this::importKey);
        registry.add(ActionRegistry.Service.EC2, "DescribeKeyPairs", DescribeKeyPairsRequest::builder, this::describe);
        registry.add(ActionRegistry.Service.EC2, "DeleteKeyPair", DeleteKeyPairRequest::builder, this::delete);
    }

    CreateKeyPairResponse create(RequestContext context, CreateKeyPairRequest request) {
        var name = checkedName(request.keyName());
        var format = request.keyFormatAsString();
        if (format != null && !format.equals("pem")) {
            throw KeyPairErrors.unsupportedFormat(format);
        }
        if (store.find(context.account(), name).isPresent()) {
            throw KeyPairErrors.duplicate(name);
        }
        var type = request.keyTypeAsString() == null ? PublicKey.RSA : request.keyTypeAsString();
        var material =
                switch (type) {
                    case PublicKey.RSA -> KeyMaterial.rsa();
                    case PublicKey.ED25519 -> KeyMaterial.ed25519();
                    default -> throw KeyPairErrors.unknownType(type);
                };
        var pair = keep(context, name, material.publicKey(), material.fingerprint(), request.tagSpecifications());
        return CreateKeyPairResponse.builder()
                .keyPairId(pair.id().value())
                .keyName(name)
                .keyFingerprint(pair.fingerprint())
                .keyMaterial(material.privateKeyPem())
                .tags(TagRules.toList(pair.tags()))
                .build();
    }

    ImportKeyPairResponse importKey(RequestContext context, ImportKeyPairRequest request) {
        var name = checkedName(request.keyName());
        if (request.publicKeyMaterial() == null) {
            throw KeyPairErrors.missing("PublicKeyMaterial");
        }
        var key = PublicKey.parse(request.publicKeyMaterial().asByteArray());
        var pair = keep(context, name, key, key.fingerprint(), request.tagSpecifications());
        return ImportKeyPairResponse.builder()
                .keyPairId(pair.id().value())
                .keyName(name)
                .keyFingerprint(pair.fingerprint())
                .tags(TagRules.toList(pair.tags()))
                .build();
    }

    DescribeKeyPairsResponse describe(RequestContext context, DescribeKeyPairsRequest request) {
        var selection = FILTERS.select(request.filters());
        var all = store.list(context.account());
        for (var name : request.keyNames()) {
            if (all.stream().noneMatch(pair -> pair.name().equals(name))) {
                throw KeyPairErrors.notFound(name);
            }
        }
        for (var id : request.keyPairIds()) {
            if (all.stream().noneMatch(pair -> pair.id().value().equals(id))) {
                throw KeyPairErrors.idNotFound(id);
            }
        }
        var withKey = Boolean.TRUE.equals(request.includePublicKey());
        return DescribeKeyPairsResponse.builder()
                .keyPairs(all.stream()
                        .filter(pair -> request.keyNames().isEmpty()
                                || request.keyNames().contains(pair.name()))
                        .filter(pair -> request.keyPairIds().isEmpty()
                                || request.keyPairIds().contains(pair.id().value()))
                        .filter(selection)
                        .map(pair -> info(pair, withKey))
                        .toList())
                .build();
    }

    DeleteKeyPairResponse delete(RequestContext context, DeleteKeyPairRequest request) {
        if (request.keyName() == null && request.keyPairId() == null) {
            throw KeyPairErrors.missing("KeyName");
        }
        var deleted = database.call(entities -> {
            var found = named(context, request.keyName(), request.keyPairId());
            found.ifPresent(pair -> {
                store.delete(context.account(), pair.id());
                record(context, "key-pair.deleted", pair);
            });
            return found;
        });
        return DeleteKeyPairResponse.builder()
                .returnValue(true)
                .keyPairId(deleted.map(pair -> pair.id().value()).orElse(request.keyPairId()))
                .build();
    }

    private Optional<KeyPair> named(RequestContext context, @Nullable String name, @Nullable String id) {
        return store.list(context.account()).stream()
                .filter(pair -> name == null || pair.name().equals(name))
                .filter(pair -> id == null || pair.id().value().equals(id))
                .findFirst();
    }

    private KeyPair keep(
            RequestContext context,
            String name,
            PublicKey key,
            String fingerprint,
            List<TagSpecification> tagSpecifications) {
        var pair = new KeyPair(
                KeyPairId.random(),
                name,
                key.type(),
                fingerprint,
                key.line() + " " + name,
                clock.instant().truncatedTo(ChronoUnit.MILLIS),
                TagRules.of(tagSpecifications, RESOURCE_TYPE));
        database.run(entities -> {
            store.add(context.account(), pair);
            record(context, "key-pair.created", pair);
        });
        return pair;
    }

    private void record(RequestContext context, String kind, KeyPair pair) {
        var cause = new ChangeCause(
                context.action(),
                context.caller().arn(),
                context.requestId(),
                context.action() + " of key pair " + pair.name());
        events.append(
                cause,
                kind,
                pair.id().value(),
                context.account(),
                Map.of("name", pair.name(), "type", pair.type(), "fingerprint", pair.fingerprint()));
    }

    private static KeyPairInfo info(KeyPair pair, boolean withKey) {
        return KeyPairInfo.builder()
                .keyPairId(pair.id().value())
                .keyName(pair.name())
                .keyType(pair.type())
                .keyFingerprint(pair.fingerprint())
                .publicKey(withKey ? pair.publicKey() : null)
                .createTime(pair.createdAt())
                .tags(TagRules.toList(pair.tags()))
                .build();
    }

    private static String checkedName(@Nullable String name) {
        if (name == null || name.isEmpty()) {
            throw KeyPairErrors.missing("KeyName");
        }
        // The name becomes the comment of a line in authorized_keys: no line break may get there.
        if (name.length() > MAX_NAME || !name.chars().allMatch(c -> c >= ' ' && c <= '~')) {
            throw KeyPairErrors.invalidName();
        }
        return name;
    }
}
