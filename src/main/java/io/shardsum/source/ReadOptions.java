package io.shardsum.source;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.shardsum.io.ByteRate;
import io.shardsum.io.LocalReads;
import io.shardsum.io.ReadSettings;
import io.shardsum.io.Retries;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.spark.network.util.JavaUtils;
import org.apache.spark.sql.connector.catalog.TableCatalog;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/**
 * The options of the source {@code safetensors}, read once; one that is not listed here is refused.
 *
 * <table>
 * <caption>Options</caption>
 * <tr><th>key</th><th>meaning</th><th>default</th></tr>
 * <tr><td><code>path</code>, {@code paths}</td><td>what {@code load(...)} was given: files, directories,
 *   globs</td><td></td></tr>
 * <tr><td>{@code listing}</td><td>the files, already listed: {@link FileListing}</td><td></td></tr>
 * <tr><td>{@code tasks}</td><td>what each task reads of them, already planned: {@link TaskPlan}
 *   </td><td></td></tr>
 * <tr><td>{@code recursive}</td><td>{@code true}: also files in sub-directories</td>
 *   <td>{@code false}</td></tr>
 * <tr><td>{@code split-bytes}</td><td>most bytes of files in a task, as {@code 64m}</td>
 *   <td>{@code spark.sql.files.maxPartitionBytes}</td></tr>
 * <tr><td>{@code open-cost-bytes}</td><td>what opening a file costs, in bytes that could be read in
 *   the time; packs small files</td><td>{@code spark.sql.files.openCostInBytes}</td></tr>
 * <tr><td>{@code rows}</td><td>{@code chunk}, {@code piece} or {@code tensor}: {@link RowUnit}</td>
 *   <td>{@code chunk}</td></tr>
 * <tr><td>{@code on-error}</td><td>{@code fail} or {@code report}: {@link OnError}</td>
 *   <td>{@code fail}</td></tr>
 * <tr><td>{@code sums}</td><td>what computes {@code _chunk_sum}, {@code _chunk_sums} and {@code
 *   _fp8_sum}: {@code cpu}, or {@code gpu}, under the RAPIDS Accelerator</td>
 *   <td>{@code cpu}</td></tr>
 * <tr><td>{@code check-one-in}</td><td>one in so many chunks that a GPU sums, and one of each file,
 *   is summed by the CPU, too; a difference fails the query</td><td>none</td></tr>
 * <tr><td>{@code check-seed}</td><td>a text; another one chooses other chunks</td><td></td></tr>
 * <tr><td>{@code read-retries}</td><td>how often a failed read is tried again, with a pause that
 *   doubles from 100 ms to 10 s</td><td>{@code 3}</td></tr>
 * <tr><td>{@code max-rate}</td><td>most bytes that an executor reads in a second, as {@code
 *   500MB/s}, by all of its tasks together</td><td>none</td></tr>
 * <tr><td>{@code direct}</td><td>{@code true}: local files past the page cache, where the file
 *   system does that</td><td>{@code false}</td></tr>
 * </table>
 */
record ReadOptions(
    List<String> paths,
    Optional<FileListing> listing,
    Optional<TaskPlan> tasks,
    boolean recursive,
    Optional<Long> splitBytes,
    Optional<Long> openCostBytes,
    RowUnit rows,
    OnError onError,
    boolean sumsOnGpu,
    ChunkSample checked,
    ReadSettings reading) {

  static final String PATH = "path";
  static final String PATHS = "paths";
  static final String LISTING = "listing";
  static final String TASKS = "tasks";
  static final String RECURSIVE = "recursive";
  static final String SPLIT_BYTES = "split-bytes";
  static final String OPEN_COST_BYTES = "open-cost-bytes";
  static final String ROWS = "rows";
  static final String ON_ERROR = "on-error";
  static final String SUMS = "sums";
  static final String CHECK_ONE_IN = "check-one-in";
  static final String CHECK_SEED = "check-seed";
  static final String READ_RETRIES = "read-retries";

  private static final List<String> KNOWN =
      List.of(
          PATH,
          PATHS,
          LISTING,
          TASKS,
          RECURSIVE,
          SPLIT_BYTES,
          OPEN_COST_BYTES,
          ROWS,
          ON_ERROR,
          SUMS,
          CHECK_ONE_IN,
          CHECK_SEED,
          READ_RETRIES,
          ReadSettings.MAX_RATE,
          ReadSettings.DIRECT);

  /** What Spark's catalog writes before an option's key, beside the bare key. */
  private static final String OPTION_OF_A_TABLE = "option.";

  /**
   * Reads the options of one {@code load}.
   *
   * @throws IllegalArgumentException if a key is unknown or a value is invalid
   */
  static ReadOptions parse(CaseInsensitiveStringMap options) {
    for (String key : new TreeSet<>(options.keySet())) {
      if (!isOfTheCatalog(options) || options.containsKey(OPTION_OF_A_TABLE + key)) {
        checkKnown(key);
      }
    }
    return new ReadOptions(
        paths(options),
        Optional.ofNullable(options.get(LISTING)).map(FileListing::parse),
        Optional.ofNullable(options.get(TASKS)).map(TaskPlan::parse),
        flag(options, RECURSIVE),
        bytes(options, SPLIT_BYTES),
        bytes(options, OPEN_COST_BYTES),
        RowUnit.parse(options.getOrDefault(ROWS, RowUnit.CHUNK.option())),
        OnError.parse(options.getOrDefault(ON_ERROR, OnError.FAIL.option())),
        sumsOnGpu(options),
        checked(options),
        new ReadSettings(
            count(options, READ_RETRIES, Retries.USUAL_COUNT),
            maxRate(options),
            flag(options, ReadSettings.DIRECT) ? LocalReads.DIRECT : LocalReads.THROUGH_CACHE));
  }

  /** Whether these are a table's, with what the catalog and {@code TBLPROPERTIES} add to them. */
  static boolean isOfTheCatalog(CaseInsensitiveStringMap options) {
    return options.containsKey(TableCatalog.PROP_PROVIDER);
  }

  /**
   * Checks that this source has an option.
   *
   * @param key in lower case
   * @throws IllegalArgumentException if it has not
   */
  static void checkKnown(String key) {
    if (!KNOWN.contains(key)) {
      throw new IllegalArgumentException(
          "Unknown option of the source safetensors: %s; known: %s"
              .formatted(key, String.join(", ", KNOWN)));
    }
  }

  /**
   * These options, if they say what to read.
   *
   * @throws IllegalArgumentException if they do not
   */
  ReadOptions withFiles() {
    if (paths.isEmpty() && listing.isEmpty()) {
      throw new IllegalArgumentException(
          "Cannot read safetensors: expected a path, as in load(\"/weights\"), found none");
    }
    return this;
  }

  private static List<String> paths(CaseInsensitiveStringMap options) {
    List<String> paths = new ArrayList<>();
    if (options.containsKey(PATHS)) {
      paths.addAll(jsonList(options.get(PATHS)));
    }
    if (options.containsKey(PATH)) {
      paths.add(options.get(PATH));
    }
    if (paths.isEmpty() && options.containsKey(TableCatalog.PROP_LOCATION)) {
      paths.add(options.get(TableCatalog.PROP_LOCATION));
    }
    return List.copyOf(paths);
  }

  private static List<String> jsonList(String json) {
    JsonProcessingException cause = null;
    try {
      String[] texts = new ObjectMapper().readValue(json, String[].class);
      if (texts != null && Stream.of(texts).allMatch(Objects::nonNull)) {
        return List.of(texts);
      }
    } catch (JsonProcessingException e) {
      cause = e;
    }
    throw new IllegalArgumentException(
        "Invalid option paths: expected a JSON list of strings, found " + json, cause);
  }

  private static boolean flag(CaseInsensitiveStringMap options, String key) {
    String text = options.getOrDefault(key, "false");
    if (!text.equals("true") && !text.equals("false")) {
      throw new IllegalArgumentException(
          "Invalid option %s: expected true or false, found %s".formatted(key, text));
    }
    return text.equals("true");
  }

  private static Optional<Long> bytes(CaseInsensitiveStringMap options, String key) {
    String text = options.get(key);
    if (text == null) {
      return Optional.empty();
    }
    long bytes;
    try {
      bytes = JavaUtils.byteStringAsBytes(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "Invalid option %s: expected bytes as in 64m, found %s".formatted(key, text), e);
    }
    if (bytes <= 0) {
      throw new IllegalArgumentException(
          "Invalid option %s: expected more than 0 bytes, found %s".formatted(key, text));
    }
    return Optional.of(bytes);
  }

  private static ByteRate maxRate(CaseInsensitiveStringMap options) {
    String text = options.get(ReadSettings.MAX_RATE);
    try {
      return text == null ? ByteRate.UNLIMITED : ByteRate.parse(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "Invalid option %s: %s".formatted(ReadSettings.MAX_RATE, e.getMessage()), e);
    }
  }

  private static boolean sumsOnGpu(CaseInsensitiveStringMap options) {
    String text = options.getOrDefault(SUMS, "cpu");
    if (!text.equals("cpu") && !text.equals("gpu")) {
      throw new IllegalArgumentException(
          "Invalid option %s: expected cpu or gpu, found %s".formatted(SUMS, text));
    }
    return text.equals("gpu");
  }

  private static ChunkSample checked(CaseInsensitiveStringMap options) {
    String oneIn = options.get(CHECK_ONE_IN);
    if (oneIn == null) {
      return ChunkSample.NONE;
    }
    if (!oneIn.matches("[1-9]\\d{0,8}")) {
      throw new IllegalArgumentException(
          "Invalid option %s: expected a number from 1 to 999999999, found %s"
              .formatted(CHECK_ONE_IN, oneIn));
    }
    return new ChunkSample(Integer.parseInt(oneIn), options.getOrDefault(CHECK_SEED, ""));
  }

  private static int count(CaseInsensitiveStringMap options, String key, int defaultValue) {
    String text = options.getOrDefault(key, Integer.toString(defaultValue));
    if (!text.matches("\\d{1,4}")) {
      throw new IllegalArgumentException(
          "Invalid option %s: expected a number from 0 to 9999, found %s".formatted(key, text));
    }
    return Integer.parseInt(text);
  }
}
