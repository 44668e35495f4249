package io.shardsum.demo;

import io.shardsum.safetensors.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * The demo's engines, half as wide, whose weights change from night to night: releases of the model
 * under {@code releases/REVISION}, and engines that hold copies of them. About 0.4 GB.
 *
 * @param directory where the fleet lies: {@code fleet.yaml}, the releases, and a directory an
 *     engine
 */
public record MonthFleet(Path directory) {

  private static final DemoModel MODEL = new DemoModel(512);
  private static final double WEIGHTS_DEVIATION = 0.02;

  /** The description of the fleet. */
  public Path description() {
    return directory.resolve("fleet.yaml");
  }

  /** Where the tables of its scans go. */
  public Path tables() {
    return directory.resolve("tables");
  }

  /**
   * Makes the directory, empty, also of an earlier demo's fleet and tables.
   *
   * @throws IOException if it cannot be made, or holds something else
   */
  public void clear() throws IOException {
    DemoDirectory place = new DemoDirectory(directory);
    place.claim();
    place.remove("tables");
    place.remove("releases");
    for (String engine : DemoFleet.ENGINES) {
      place.remove(engine);
    }
  }

  /** Makes a release, and says in the description that the fleet is to have it. */
  void release(String revision) throws IOException {
    for (int rank = 0; rank < DemoModel.RANKS; rank++) {
      MODEL.writeRank(
          releaseOf(revision), rank, (tensor, ofRank) -> weights(tensor, ofRank, revision));
    }
    Files.writeString(description(), DemoFleet.description(revision));
  }

  /** Copies a release to an engine. */
  void install(String revision, String engine, Instant at) throws IOException {
    Path release = releaseOf(revision);
    List<Path> files;
    try (Stream<Path> walk = Files.walk(release)) {
      files = walk.filter(Files::isRegularFile).toList();
    }
    for (Path file : files) {
      copy(file, directory.resolve(engine).resolve(release.relativize(file)), at);
    }
  }

  /** Copies a rank's layers from a release to an engine. */
  void repair(String revision, String engine, int rank, Instant at) throws IOException {
    copy(
        DemoModel.shard(releaseOf(revision), rank, 0),
        DemoModel.shard(directory.resolve(engine), rank, 0),
        at);
  }

  /** A tensor that an engine holds. */
  StoredTensor tensor(String engine, int rank, String name) throws IOException {
    return StoredTensor.find(DemoModel.shard(directory.resolve(engine), rank, 0), name);
  }

  /** Removes an engine's files. */
  void remove(String engine) throws IOException {
    new DemoDirectory(directory).remove(engine);
  }

  private Path releaseOf(String revision) {
    return directory.resolve("releases").resolve(revision);
  }

  private static void copy(Path from, Path to, Instant at) throws IOException {
    Files.createDirectories(to.getParent());
    Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
    Files.setLastModifiedTime(to, FileTime.from(at));
  }

  /** BF16 with the spread of real weights. */
  private static byte[] weights(TensorSpec tensor, int rank, String revision) {
    Random random = new Random(31L * (31L * tensor.name().hashCode() + rank) + revision.hashCode());
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.toIntExact(tensor.lengthBytes())).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      float weight = (float) (random.nextGaussian() * WEIGHTS_DEVIATION);
      bytes.putShort((short) (Float.floatToRawIntBits(weight) >>> Short.SIZE));
    }
    return bytes.array();
  }
}
