package io.shardsum.expect;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.shardsum.exit.UsageException;
import io.shardsum.expect.model.Checkpoint;
import io.shardsum.expect.model.EngineSetup;
import io.shardsum.expect.model.ExpectedRank;
import io.shardsum.expect.model.ExpectedTensor;
import io.shardsum.expect.recipe.HashedRecipe;
import io.shardsum.expect.recipe.Recipe;
import io.shardsum.expect.recipe.TensorDigests;
import io.shardsum.fleet.Digest;
import io.shardsum.io.FailureReason;
import io.shardsum.io.ListedFile;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.ChecksumException;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.ParentNotDirectoryException;
import org.apache.hadoop.fs.Path;

/**
 * Digests of expectations that were computed before, in {@code DIR/expectations}: one JSON file for
 * each checkpoint, engine and digest. They count as long as no file of the checkpoint has another
 * length or time, the rules give the same recipes, and they are not too old.
 */
public final class ExpectationStore {
  /** How old digests may be, unless it is said otherwise. */
  public static final Duration USUAL_AGE = Duration.ofDays(7);

  private static final int FORMAT = 1;
  private static final int KEY_DIGITS = 32;
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What was, or is to be, hashed. */
  public record Subject(
      Checkpoint checkpoint, EngineSetup setup, Expectation expectation, Digest digest) {}

  /**
   * What was hashed before.
   *
   * @param hashedAt when its checkpoint was read
   */
  public record Kept(HashedExpectation hashed, Instant hashedAt) {}

  private final Path directory;
  private final Configuration conf;
  private final Duration mostAge;

  /**
   * @param out of any Hadoop file system
   */
  public ExpectationStore(String out, Configuration conf, Duration mostAge) {
    this.directory = new Path(out, "expectations");
    this.conf = conf;
    this.mostAge = mostAge;
  }

  /**
   * Makes the directory, so that what is wrong with it is said before a checkpoint is read.
   *
   * @throws UsageException if there is a file in its way
   * @throws UncheckedIOException if it cannot be made
   */
  public void makeDirectory() {
    try {
      if (!directory.getFileSystem(conf).mkdirs(directory)) {
        throw new IOException("cannot make the directory");
      }
    } catch (FileAlreadyExistsException | ParentNotDirectoryException e) {
      throw new UsageException(
          "Cannot write to " + directory + ": expected a directory, found a file", e);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Cannot write to " + directory + ": " + FailureReason.of(e), e);
    }
  }

  /** The digests, if they were computed before and still count. */
  public Optional<Kept> find(Subject subject, Instant now) {
    Path file = file(subject);
    try {
      FileSystem fileSystem = file.getFileSystem(conf);
      if (fileSystem.getFileStatus(file).getLen() == 0) {
        return Optional.empty(); // damaged, and Hadoop would warn of its sums with a stack trace
      }
      return find(subject, fileSystem, file, now);
    } catch (FileNotFoundException e) {
      return Optional.empty();
    } catch (JsonProcessingException | ChecksumException | DateTimeException e) {
      return Optional.empty(); // damaged: hashed again
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + directory + ": " + FailureReason.of(e), e);
    }
  }

  private Optional<Kept> find(Subject subject, FileSystem fileSystem, Path file, Instant now)
      throws IOException {
    try (InputStream in = fileSystem.open(file)) {
      JsonNode stored = JSON.readTree(in);
      Instant hashedAt = Instant.parse(stored.path("hashed_at").asText());
      boolean isYoung = hashedAt.plus(mostAge).isAfter(now);
      boolean isSame = stored.path("subject").equals(described(subject));
      return isYoung && isSame
          ? Optional.of(
              new Kept(
                  HashedExpectation.of(
                      subject.expectation(),
                      subject.expectation().groups(),
                      results(stored.path("results"))),
                  hashedAt))
          : Optional.empty();
    }
  }

  /**
   * Keeps digests, in the place of those before.
   *
   * @param results of each group of the expectation, a result for each recipe
   * @throws UncheckedIOException if they cannot be written
   */
  public void keep(Subject subject, List<List<HashedRecipe>> results, Instant now) {
    ObjectNode stored = JSON.createObjectNode();
    stored.put("hashed_at", now.toString());
    stored.set("subject", described(subject));
    ArrayNode groups = stored.putArray("results");
    for (List<HashedRecipe> ofGroup : results) {
      ArrayNode group = groups.addArray();
      ofGroup.forEach(result -> write(result, group.addObject()));
    }
    Path file = file(subject);
    Path part = file.suffix(".part");
    try {
      FileSystem fileSystem = file.getFileSystem(conf);
      try (OutputStream out = fileSystem.create(part, true)) {
        out.write(JSON.writeValueAsBytes(stored));
      }
      fileSystem.delete(file, false);
      if (!fileSystem.rename(part, file)) {
        throw new IOException("cannot rename " + part);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Cannot write to " + directory + ": " + FailureReason.of(e), e);
    } catch (FSError e) { // as Hadoop says that a local disk is full
      String why = "Cannot write to " + directory + ": " + FailureReason.of(e.getCause());
      throw new UncheckedIOException(why, new IOException(e));
    }
  }

  /** Removes digests, if they are kept: the next who asks for them reads the checkpoint. */
  public void forget(Subject subject) {
    Path file = file(subject);
    try {
      file.getFileSystem(conf).delete(file, false);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot remove " + file + ": " + FailureReason.of(e), e);
    }
  }

  private Path file(Subject subject) {
    String key =
        DigestUtils.sha256Hex(
            "%s\n%s\n%s"
                .formatted(subject.checkpoint().directory(), subject.setup(), subject.digest()));
    return new Path(directory, key.substring(0, KEY_DIGITS) + ".json");
  }

  private static ObjectNode described(Subject subject) {
    ObjectNode described = JSON.createObjectNode();
    described.put("format", FORMAT);
    described.put("checkpoint", subject.checkpoint().directory());
    described.put("engine", subject.setup().toString());
    described.put("digest", subject.digest().word());
    described.put("recipes", recipes(subject.expectation()));
    ArrayNode files = described.putArray("files");
    for (ListedFile file : subject.checkpoint().files()) {
      // As text, since numbers read back are of the smallest kind that holds them.
      files.add("%s %s %s".formatted(file.path(), file.lengthBytes(), file.modifiedAtMillis()));
    }
    return described;
  }

  /** Stands for all recipes: another release of this program may have other rules. */
  private static String recipes(Expectation expectation) {
    MessageDigest digest = DigestUtils.getSha256Digest();
    for (ExpectedRank rank : expectation.ranks()) {
      for (ExpectedTensor tensor : rank.tensors()) {
        Recipe recipe = tensor.recipe();
        String text =
            "%s %s %s %s %s\n"
                .formatted(rank.rank(), tensor.name(), recipe.dtype(), recipe.shape(), recipe);
        digest.update(text.getBytes(StandardCharsets.UTF_8));
      }
    }
    return Hex.encodeHexString(digest.digest());
  }

  private static void write(HashedRecipe result, ObjectNode into) {
    if (result.digests().isEmpty()) {
      into.put("refusal", result.refusal());
      return;
    }
    TensorDigests digests = result.digests().get();
    digests.checksum().ifPresent(checksum -> into.put("checksum", checksum));
    digests.sha256().ifPresent(sha256 -> into.put("sha256", sha256));
    ArrayNode sums = into.putArray("chunk_sums");
    digests.chunkSums().forEach(sums::add);
  }

  private static List<List<HashedRecipe>> results(JsonNode groups) {
    List<List<HashedRecipe>> results = new ArrayList<>();
    for (JsonNode group : groups) {
      List<HashedRecipe> ofGroup = new ArrayList<>();
      group.forEach(result -> ofGroup.add(result(result)));
      results.add(ofGroup);
    }
    return results;
  }

  private static HashedRecipe result(JsonNode result) {
    if (result.has("refusal")) {
      return HashedRecipe.refused(result.get("refusal").asText());
    }
    List<Long> sums = new ArrayList<>();
    result.path("chunk_sums").forEach(sum -> sums.add(sum.asLong()));
    return HashedRecipe.of(
        new TensorDigests(
            Optional.ofNullable(result.get("checksum")).map(JsonNode::asText),
            sums,
            Optional.ofNullable(result.get("sha256")).map(JsonNode::asText)));
  }
}
