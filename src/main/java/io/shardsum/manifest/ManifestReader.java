package io.shardsum.manifest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.shardsum.fleet.EngineSpec;
import io.shardsum.fleet.JsonFile;
import io.shardsum.fleet.KeylessSpec;
import io.shardsum.fleet.ManifestSpec;
import io.shardsum.io.FailureReason;
import io.shardsum.io.ListedFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/** Reads manifests, whatever their form is, from any Hadoop file system. */
public final class ManifestReader {

  /** What is looked for beside an engine's files. */
  private static final List<String> BESIDE =
      List.of("model.sig", "SHA256SUMS", "sha256sums.txt", "checksums.json", "B3SUMS");

  /** A key of the plan, as SGLang's {@code PreshardedModelLoader} writes it. */
  private static final String PRESHARDED = "rank_to_reads";

  /** No manifest is longer. */
  static final int MOST_BYTES = 64 << 20;

  private static final int MOST_POINTERS = 100_000;
  private static final ObjectMapper JSON = Digests.strictJson();

  private final Configuration hadoopConf;

  public ManifestReader(Configuration hadoopConf) {
    this.hadoopConf = hadoopConf;
  }

  /**
   * The manifests of an engine: the one that its description names, or all that lie beside its
   * files.
   *
   * @throws ManifestException if there is none, or one cannot be used
   */
  public List<Manifest> read(EngineSpec engine, ManifestSpec spec) {
    Optional<Signatory> signatory =
        spec.key()
            .<Signatory>map(path -> VerificationKey.parse(path, text(path)))
            .or(() -> spec.certificate().map(this::roots))
            .or(() -> spec.keyless().map(this::identity));
    List<Manifest> manifests =
        spec.path()
            .map(path -> List.of(read(path, signatory, engine)))
            .orElseGet(() -> beside(engine, signatory));
    if (signatory.isPresent()
        && manifests.stream().noneMatch(m -> m.signing() == Manifest.Signing.VERIFIED)) {
      throw ManifestException.of(
          manifests.get(0).path(),
          "a signature, since the description names a key, certificate or identity",
          "none");
    }
    return manifests;
  }

  private RootCertificates roots(String path) {
    return RootCertificates.parse(path, text(path), Clock.systemUTC());
  }

  private KeylessIdentity identity(KeylessSpec keyless) {
    return KeylessIdentity.parse(
        keyless, text(keyless.trustedRoot()), SigstoreLibrary.besideTheJob());
  }

  private List<Manifest> beside(EngineSpec engine, Optional<Signatory> signatory) {
    if (!engine.visibility().hosts().isEmpty()) {
      throw new ManifestException(
          "Cannot look for manifests of engine %s, since its files lie on hosts' own disks: expected the manifest's path, found auto"
              .formatted(engine.name()));
    }
    List<Manifest> found = new ArrayList<>();
    hubCache(new Path(engine.shards()), engine).ifPresent(cache -> found.add(cache.manifest()));
    for (String name : BESIDE) {
      String path = new Path(engine.shards(), name).toString();
      if (exists(path)) {
        found.add(read(path, signatory));
      }
    }
    if (found.isEmpty()) {
      throw ManifestException.of(
          engine.shards(),
          "a manifest beside the files: %s, or a Hugging Face cache"
              .formatted(String.join(", ", BESIDE)),
          "none");
    }
    return found;
  }

  private static Optional<HubCache> hubCache(Path directory, EngineSpec engine) {
    Optional<HubCache> cache =
        "file".equals(directory.toUri().getScheme())
            ? HubCache.at(java.nio.file.Path.of(directory.toUri().getPath()))
            : Optional.empty();
    cache.ifPresent(of -> of.require(engine.model(), engine.revision()));
    return cache;
  }

  private Manifest read(String path, Optional<Signatory> signatory, EngineSpec engine) {
    if (isDirectory(path)) {
      return hubCache(new Path(path), engine)
          .map(HubCache::manifest)
          .orElseGet(() -> LfsPointers.of(path, pointers(path)));
    }
    return read(path, signatory);
  }

  private Manifest read(String path, Optional<Signatory> signatory) {
    String text = text(path);
    if (text.stripLeading().startsWith("{")) {
      JsonNode json = json(path, text);
      if (json.has(SignedStatement.KEY)) {
        return SignedStatement.parse(path, json, signatory);
      }
      if (json.has(PRESHARDED)) {
        throw ManifestException.of(
            path,
            "digests of files",
            "the plan of a presharded dump of SGLang: its digests are XXH3 of tensors, which Shardsum does not compute");
      }
      if (ModelChecksums.is(json)) {
        return ModelChecksums.parse(path, json);
      }
      throw ManifestException.of(
          path,
          "a bundle of OpenSSF model signing, or SGLang's file of checksums",
          "JSON with neither dsseEnvelope nor files nor checksums");
    }
    return ChecksumList.parse(path, text);
  }

  private static JsonNode json(String path, String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw ManifestException.of(path, "JSON", e.getOriginalMessage());
    }
  }

  private Map<String, String> pointers(String directory) {
    Map<String, String> pointers = new TreeMap<>();
    try {
      Path root = new Path(directory);
      FileSystem storage = root.getFileSystem(hadoopConf);
      String above = ListedFile.prefix(root, storage);
      RemoteIterator<LocatedFileStatus> files = storage.listFiles(root, true);
      while (files.hasNext() && pointers.size() < MOST_POINTERS) {
        FileStatus file = files.next();
        String path = file.getPath().toString();
        if (file.getLen() <= LfsPointers.MOST_BYTES && path.startsWith(above)) {
          pointers.put(path.substring(above.length()), text(path));
        }
      }
      return pointers;
    } catch (IOException e) {
      throw cannotRead(directory, e);
    }
  }

  private boolean isDirectory(String path) {
    try {
      Path of = new Path(path);
      return of.getFileSystem(hadoopConf).getFileStatus(of).isDirectory();
    } catch (IOException e) {
      throw cannotRead(path, e);
    }
  }

  private boolean exists(String path) {
    try {
      Path of = new Path(path);
      return of.getFileSystem(hadoopConf).exists(of);
    } catch (IOException e) {
      throw cannotRead(path, e);
    }
  }

  private String text(String path) {
    Path of = new Path(path);
    try {
      JsonFile.insteadOfFile(of, hadoopConf)
          .ifPresent(
              found -> {
                throw ManifestException.cannotRead(path, "expected a file, found " + found);
              });
    } catch (IOException e) {
      throw cannotRead(path, e);
    }
    try (InputStream in = of.getFileSystem(hadoopConf).open(of)) {
      byte[] bytes = in.readNBytes(MOST_BYTES + 1);
      if (bytes.length > MOST_BYTES) {
        throw ManifestException.of(path, "at most 64 MiB", "more");
      }
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw cannotRead(path, e);
    }
  }

  private static ManifestException cannotRead(String path, IOException why) {
    return ManifestException.cannotRead(path, FailureReason.of(why));
  }
}
