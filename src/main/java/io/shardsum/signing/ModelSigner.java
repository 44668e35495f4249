package io.shardsum.signing;

import io.shardsum.exit.UsageException;
import io.shardsum.fleet.FileIdentity;
import io.shardsum.fleet.WeightSource;
import io.shardsum.io.ListedFile;
import io.shardsum.manifest.ModelStatement;
import io.shardsum.tables.EngineResult;
import io.shardsum.tables.FinishedScan;
import io.shardsum.tables.Query;
import io.shardsum.text.ForeignText;
import io.shardsum.verdict.Finding;
import io.shardsum.verdict.FindingKind;
import io.shardsum.verdict.Severity;
import java.io.IOException;
import java.io.InputStream;
import java.sql.Timestamp;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;

/**
 * Makes the statement of a model's directory: weights have the digest that a scan has computed, the
 * few other files are hashed now.
 */
public final class ModelSigner {

  private static final String WEIGHTS = ".safetensors";
  private static final long MOST_BYTES_NOW = 1L << 30;

  /**
   * A statement, and where its digests come from.
   *
   * @param ofScan how many files' digests are the scan's
   */
  public record Made(ModelStatement statement, int ofScan) {}

  private final FinishedScan scan;
  private final Configuration hadoopConf;

  /** Takes digests from a scan. */
  public ModelSigner(FinishedScan scan, Configuration hadoopConf) {
    this.scan = scan;
    this.hadoopConf = hadoopConf;
  }

  /**
   * Makes the statement of a directory.
   *
   * @param location of the directory, with its scheme
   * @param signature where the statement will lie, which is left out
   * @param ignored paths in the directory that are left out, too
   * @throws UsageException if a file cannot be vouched for
   */
  public Made statement(String location, String signature, List<String> ignored) {
    Set<String> leftOut = new TreeSet<>(ignored);
    ModelDirectory.within(signature, location, hadoopConf).forEach(leftOut::add);
    ModelDirectory directory = ModelDirectory.list(location, List.copyOf(leftOut), hadoopConf);
    Map<String, Row> hashed = hashed(directory);
    Map<String, String> digests = new TreeMap<>();
    Set<String> engines = new TreeSet<>();
    for (Map.Entry<String, ListedFile> file : directory.files().entrySet()) {
      Row row = hashed.get(file.getValue().path());
      if (row != null) {
        digests.put(file.getKey(), digest(file.getValue(), row));
        engines.addAll(row.getList(row.fieldIndex("engines")));
      }
    }
    int ofScan = digests.size();
    if (ofScan == 0) {
      throw cannot(
          directory.location(), "files that scan %s has hashed".formatted(scan.scanId()), "none");
    }
    requireSound(engines, directory);
    directory
        .files()
        .forEach((name, file) -> digests.computeIfAbsent(name, any -> hashNow(file, directory)));
    return new Made(
        new ModelStatement(directory.name(), digests, directory.ignored(), directory.links()),
        ofScan);
  }

  private Map<String, Row> hashed(ModelDirectory directory) {
    Map<String, Row> files = new HashMap<>();
    scan.withTensors()
        .run(Query.of("signing/hashed_files").parameter("directory", directory.prefix()))
        .toLocalIterator()
        .forEachRemaining(row -> files.put(row.getAs("file"), row));
    return files;
  }

  private String digest(ListedFile file, Row row) {
    List<String> digests = row.getList(row.fieldIndex("digests"));
    String of = "the digest that scan %s has of it".formatted(scan.scanId());
    if (row.<String>getAs("reason") != null) {
      throw cannot(file.path(), of, "none: " + row.getAs("reason"));
    }
    if (digests.isEmpty()) {
      throw cannot(file.path(), of, "none: scan with --file-digest sha256");
    }
    if (digests.size() > 1) {
      throw cannot(file.path(), of, "two: two readings of the file differ");
    }
    boolean isSame =
        row.<Long>getAs("bytes") == file.lengthBytes()
            && row.<Timestamp>getAs("modified_at").getTime() == file.modifiedAtMillis();
    String identity = row.getAs("identity");
    if (!isSame || (identity != null && !identity.equals(FileIdentity.version(file)))) {
      throw cannot(
          file.path(), "the file as scan %s read it".formatted(scan.scanId()), "a changed one");
    }
    return digests.get(0);
  }

  /** What is found wrong is not signed. */
  private void requireSound(Set<String> engines, ModelDirectory directory) {
    Set<String> groups =
        scan.engines(WeightSource.FILES).stream()
            .filter(engine -> engines.contains(engine.engine()))
            .map(EngineResult::group)
            .collect(Collectors.toSet());
    for (Finding finding : scan.findings()) {
      boolean isOfThese =
          finding.engine().isPresent()
              ? finding.engine().filter(engines::contains).isPresent()
              : finding.location().filter(at -> !groups.contains(at)).isEmpty();
      if (finding.source() == WeightSource.FILES
          && isOfThese
          && (finding.severity() == Severity.ERROR || finding.is(FindingKind.TRANSIENT_READ))) {
        throw cannot(
            directory.location(),
            "nothing wrong in it",
            "%s%s in scan %s"
                .formatted(
                    finding.kind(),
                    finding.engine().map(" of engine %s"::formatted).orElse(""),
                    scan.scanId()));
      }
    }
  }

  private String hashNow(ListedFile file, ModelDirectory directory) {
    if (file.path().endsWith(WEIGHTS)) {
      throw cannot(
          file.path(),
          "a file that scan %s has hashed".formatted(scan.scanId()),
          "weights that it did not read (--ignore leaves a file out)");
    }
    if (file.lengthBytes() > MOST_BYTES_NOW) {
      throw cannot(
          file.path(),
          "at most 1 GiB of a file that no scan has hashed",
          "%s bytes: --ignore leaves a file out".formatted(Long.toString(file.lengthBytes())));
    }
    try (InputStream content = directory.open(file)) {
      return DigestUtils.sha256Hex(content);
    } catch (IOException e) {
      throw ModelDirectory.cannotRead(file.path(), e);
    }
  }

  private static UsageException cannot(String path, String expected, String found) {
    return new UsageException(
        ForeignText.shown(
            "Cannot sign %s: expected %s, found %s".formatted(path, expected, found), 1_000));
  }
}
