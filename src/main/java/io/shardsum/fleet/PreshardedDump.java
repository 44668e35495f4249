package io.shardsum.fleet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * A presharded dump of SGLang, as the {@code PreshardedModelLoader} of release 0.5.23 writes it:
 * {@code checksum.json} says which tensors of which ranks lie in which file; in a file a tensor's
 * name is the XXH3 of its content. {@code READY} is written last. All of it is read as one rank.
 */
final class PreshardedDump {
  private static final String PLAN = "checksum.json";
  private static final String READY = "READY";
  private static final int VERSION = 1;
  private static final int MAX_PLAN_BYTES = 256 << 20;
  private static final ObjectMapper JSON = new ObjectMapper();

  private PreshardedDump() {}

  /** Whether a directory holds one, and nothing else that is read. */
  static boolean isIn(DirectoryListing listing) {
    return listing.outcome() == DirectoryListing.Outcome.LISTED
        && listing.index().isEmpty()
        && listing.shards().isEmpty()
        && !found(listing).isEmpty();
  }

  private static Map<String, FoundFile> found(DirectoryListing listing) {
    Map<String, FoundFile> files = new HashMap<>();
    listing.others().stream()
        .filter(file -> !file.name().contains("/") && file.name().endsWith(WeightFile.PRESHARDED))
        .forEach(file -> files.put(file.name(), file));
    return files;
  }

  /** Its files, if it is whole and finished; what it does not plan is left out, and named. */
  static CheckpointFiles of(String role, DirectoryListing listing, Configuration conf) {
    Map<String, FoundFile> found = found(listing);
    SortedSet<String> names = new TreeSet<>();
    try {
      Path directory = new Path(listing.directory());
      for (JsonNode file : plan(new Path(directory, PLAN), conf).path("files")) {
        names.add(file.path("filename").asText());
      }
      List<ShardFile> files =
          CheckpointFiles.inOrder(
              role, names.stream().map(found::get).filter(Objects::nonNull).toList());
      List<Problem> problems =
          found.values().stream()
              .filter(file -> !names.contains(file.name()))
              .map(
                  file ->
                      new Problem(
                          ProblemKind.NOT_IN_INDEX,
                          MessageText.printable(file.name()) + " is not named by " + PLAN,
                          file.path()))
              .toList();
      boolean isFinished = directory.getFileSystem(conf).exists(new Path(directory, READY));
      names.removeAll(found.keySet());
      if (!isFinished) {
        return missing(
            "the presharded dump is unfinished: it has no %s, which SGLang writes last"
                .formatted(READY),
            files,
            problems);
      }
      return names.isEmpty() && !files.isEmpty()
          ? new CheckpointFiles(new RoleFinding(RankState.FOUND, "", files), problems)
          : missing(
              names.isEmpty()
                  ? PLAN + " names no files"
                  : "%s, which %s names, is not in the directory"
                      .formatted(MessageText.quoted(names.first()), PLAN),
              files,
              problems);
    } catch (JsonProcessingException e) {
      return unreadable("is not JSON: " + MessageText.printable(e.getOriginalMessage()));
    } catch (IOException e) {
      return unreadable("cannot be read: " + MessageText.cause(e));
    }
  }

  private static CheckpointFiles missing(
      String reason, List<ShardFile> files, List<Problem> problems) {
    return new CheckpointFiles(new RoleFinding(RankState.MISSING, reason, files), problems);
  }

  private static CheckpointFiles unreadable(String reason) {
    return new CheckpointFiles(RoleFinding.unreadable(PLAN + " " + reason), List.of());
  }

  private static JsonNode plan(Path path, Configuration conf) throws IOException {
    try (InputStream in = path.getFileSystem(conf).open(path)) {
      byte[] bytes = in.readNBytes(MAX_PLAN_BYTES + 1);
      if (bytes.length > MAX_PLAN_BYTES) {
        throw new IOException("expected at most 256 MiB");
      }
      JsonNode plan = JSON.readTree(bytes);
      if (plan.path("version").asInt() != VERSION) {
        throw new IOException(
            "expected version %s, found %s"
                .formatted(
                    Integer.toString(VERSION),
                    MessageText.printable(plan.path("version").toString())));
      }
      return plan;
    }
  }
}
