package io.shardsum.scan.manifest;

import static org.apache.spark.sql.functions.col;

import io.shardsum.fleet.EngineInventory;
import io.shardsum.fleet.EngineSpec;
import io.shardsum.fleet.Inventory;
import io.shardsum.io.FailureReason;
import io.shardsum.io.ListedFile;
import io.shardsum.manifest.Manifest;
import io.shardsum.manifest.ManifestReader;
import io.shardsum.tables.Query;
import io.shardsum.tables.ReferenceException;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.FindingKind;
import io.shardsum.verdict.ReadBy;
import io.shardsum.verdict.TensorName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * What publishers say of the engines' files: read before any weights are, and compared with the
 * digests of whole files.
 */
public final class ManifestSource {

  private static final String WEIGHTS = ".safetensors";

  /** Of so many files the tensors are named. */
  private static final int MOST_NAMED_FILES = 1_000;

  private final Map<String, EngineInventory> engines = new LinkedHashMap<>();
  private final Map<String, List<PublishedEngine>> published = new LinkedHashMap<>();
  private final Configuration hadoopConf;

  private ManifestSource(Configuration hadoopConf) {
    this.hadoopConf = hadoopConf;
  }

  /**
   * Reads the manifests.
   *
   * @throws ReferenceException if one lists none of its engine's files
   * @throws io.shardsum.manifest.ManifestException if one cannot be used
   */
  public static ManifestSource plan(Inventory inventory, Configuration hadoopConf) {
    ManifestSource source = new ManifestSource(hadoopConf);
    ManifestReader reader = new ManifestReader(hadoopConf);
    OtherFiles others = new OtherFiles(hadoopConf);
    for (EngineInventory engine : inventory.engines()) {
      engine
          .spec()
          .manifest()
          .ifPresent(
              spec -> {
                String name = engine.spec().name();
                source.engines.put(name, engine);
                source.published.put(
                    name,
                    reader.read(engine.spec(), spec).stream()
                        .map(manifest -> source.published(engine, manifest, others))
                        .toList());
              });
    }
    return source;
  }

  private PublishedEngine published(EngineInventory engine, Manifest manifest, OtherFiles others) {
    Set<String> names =
        files(engine).map(path -> name(path, engine.spec())).collect(Collectors.toSet());
    NavigableSet<String> weights = new TreeSet<>();
    Stream.of(manifest.files(), manifest.others())
        .flatMap(files -> files.keySet().stream())
        .filter(file -> file.endsWith(WEIGHTS))
        .filter(file -> !engine.spec().ignored().match(file))
        .forEach(weights::add);
    if (!names.isEmpty() && names.stream().noneMatch(weights::contains)) {
      throw new ReferenceException(
          "The manifest %s does not fit engine %s: expected digests of its files, such as %s, found none of them: is it for another model or revision?"
              .formatted(manifest.path(), engine.spec().name(), new TreeSet<>(names).first()));
    }
    NavigableSet<String> missing = new TreeSet<>(weights);
    missing.removeAll(names);
    missing.removeIf(file -> isThere(file, engine.spec()));
    return new PublishedEngine(
        engine.spec().name(),
        manifest,
        weights,
        missing,
        others.compare(engine.spec().shards(), manifest, others(engine.spec(), manifest)),
        engine.ranks().size() == engine.expectedRanks());
  }

  /** What a manifest lists and is no weights; on a host's own disk nobody looks at it. */
  private static List<String> others(EngineSpec engine, Manifest manifest) {
    return engine.visibility().hosts().isEmpty()
        ? Stream.of(manifest.files(), manifest.gitBlobs())
            .flatMap(files -> files.keySet().stream())
            .filter(file -> !file.endsWith(WEIGHTS) && !engine.ignored().match(file))
            .toList()
        : List.of();
  }

  private static Stream<String> files(EngineInventory engine) {
    return engine.ranks().stream()
        .flatMap(rank -> rank.files().stream())
        .map(file -> file.listed().path());
  }

  /** On a host's own disk nobody looks. */
  private boolean isThere(String file, EngineSpec engine) {
    if (!engine.visibility().hosts().isEmpty()) {
      return false;
    }
    Path path = new Path(engine.shards() + "/" + file);
    try {
      return path.getFileSystem(hadoopConf).exists(path);
    } catch (IOException e) {
      throw new ReferenceException("Cannot read %s: %s".formatted(path, FailureReason.of(e)));
    }
  }

  /** The path of a file within its engine's directory; the whole path where it is not in it. */
  private String name(String path, EngineSpec engine) {
    Path shards = new Path(engine.shards());
    try {
      String directory = ListedFile.prefix(shards, shards.getFileSystem(hadoopConf));
      String local = ListedFile.withoutHost(path);
      return local.startsWith(directory) ? local.substring(directory.length()) : path;
    } catch (IOException e) {
      throw new ReferenceException("Cannot read %s: %s".formatted(shards, FailureReason.of(e)));
    }
  }

  /**
   * Compares.
   *
   * @param tensors the rows of the table that come from files
   * @param reading reads files again that are not as published; empty: that is left for later
   */
  public ManifestResult compare(Dataset<Row> tensors, Optional<FileReading> reading) {
    if (engines.isEmpty()) {
      return new ManifestResult(List.of(), List.of(), Set.of());
    }
    Dataset<Row> ofEngines = tensors.where(col("engine").isInCollection(engines.keySet()));
    Map<String, List<HashedWeights>> files = looked(hashed(ofEngines), ofEngines, reading);
    List<Finding> findings = new ArrayList<>();
    Set<String> verified = new HashSet<>();
    published.forEach(
        (engine, manifests) -> {
          for (PublishedEngine of : manifests) {
            List<HashedWeights> read = files.getOrDefault(engine, List.of());
            List<Finding> found = of.findings(read);
            findings.addAll(found);
            if (!read.isEmpty() && found.stream().allMatch(Finding::isInformational)) {
              verified.add(engine);
            }
          }
        });
    Map<Boolean, List<Finding>> byMisread =
        findings.stream()
            .collect(Collectors.partitioningBy(of -> of.is(FindingKind.TRANSIENT_READ)));
    return new ManifestResult(byMisread.get(false), byMisread.get(true), verified);
  }

  private Map<String, List<HashedWeights>> hashed(Dataset<Row> tensors) {
    Map<String, List<HashedWeights>> files = new HashMap<>();
    List<Row> rows =
        Query.of("manifest_files")
            .with("tensors", tensors)
            .in(tensors.sparkSession())
            .orderBy("engine", "file")
            .collectAsList();
    for (Row row : rows) {
      String engine = row.getAs("engine");
      String path = row.getAs("file");
      files
          .computeIfAbsent(engine, any -> new ArrayList<>())
          .add(
              new HashedWeights(
                  path,
                  name(path, engines.get(engine).spec()),
                  row.getList(row.fieldIndex("ranks")),
                  Optional.ofNullable(row.getAs("sha256")),
                  row.getAs("reason"),
                  readBy(row),
                  Optional.empty(),
                  List.of()));
    }
    return files;
  }

  /** A row of an earlier scan may not say it. */
  private static ReadBy readBy(Row row) {
    return new ReadBy(
        Objects.requireNonNullElse(row.getAs("host"), ""),
        Objects.requireNonNullElse(row.getAs("executor"), ""),
        Optional.empty());
  }

  /** The same, where files differ with their tensors, and with what a second reading gave. */
  private Map<String, List<HashedWeights>> looked(
      Map<String, List<HashedWeights>> files, Dataset<Row> tensors, Optional<FileReading> reading) {
    Map<String, HashedWeights> differing = new LinkedHashMap<>();
    files.forEach(
        (engine, read) ->
            published.get(engine).stream()
                .flatMap(of -> of.suspects(read).stream())
                .limit(MOST_NAMED_FILES - differing.size())
                .forEach(file -> differing.put(file.path(), file)));
    if (differing.isEmpty()) {
      return files;
    }
    Map<String, SecondHash> again =
        reading.map(of -> of.readAgain(differing.values())).orElse(Map.of());
    Map<List<String>, List<TensorName>> names = names(differing.keySet(), tensors);
    Map<String, List<HashedWeights>> looked = new HashMap<>();
    files.forEach(
        (engine, read) ->
            looked.put(
                engine,
                read.stream()
                    .map(
                        file ->
                            file.with(
                                Optional.ofNullable(again.get(file.path())),
                                names.getOrDefault(List.of(engine, file.path()), List.of())))
                    .toList()));
    return looked;
  }

  /** What lies in files, by engine and file. */
  private static Map<List<String>, List<TensorName>> names(
      Set<String> files, Dataset<Row> tensors) {
    Map<List<String>, List<TensorName>> names = new HashMap<>();
    for (Row row :
        tensors
            .where(col("file").isInCollection(files).and(col("tensor").isNotNull()))
            .select("engine", "file", "role", "tensor")
            .distinct()
            .orderBy("tensor")
            .collectAsList()) {
      names
          .computeIfAbsent(List.of(row.getString(0), row.getString(1)), any -> new ArrayList<>())
          .add(new TensorName(row.getString(2), row.getString(3)));
    }
    return names;
  }
}
