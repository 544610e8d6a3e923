package io.coppice.walrus.http;

import io.coppice.walrus.encryption.ObjectKey;
import io.coppice.walrus.metadata.ObjectTraits;
import io.coppice.walrus.metadata.StoredHeaders;
import java.util.Optional;

/**
 * An object of which all is known but the bytes.
 *
 * @param headers what reads give back
 * @param traits owner, tags and the like
 * @param key what its bytes are to be encrypted with
 */
record Draft(StoredHeaders headers, ObjectTraits traits, Optional<ObjectKey> key) {}
