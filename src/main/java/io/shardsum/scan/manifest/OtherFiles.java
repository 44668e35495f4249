package io.shardsum.scan.manifest;

import io.shardsum.fleet.JsonFile;
import io.shardsum.manifest.Manifest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Files that a manifest lists and that are no weights, such as {@code config.json}: they are small,
 * and hashed by the driver when the scan is planned.
 */
final class OtherFiles {

  /** Longer ones are left out. */
  private static final int MOST_FILE_BYTES = 64 << 20;

  /** So many bytes of all engines are read. */
  private static final long MOST_BYTES = 1L << 30;

  /** A file with other bytes than its publisher says, in two readings. */
  record Differing(String path, String expected, String found) {}

  /**
   * What came of a manifest's files.
   *
   * @param equal how many are as it says
   * @param left how many were not compared
   */
  record Compared(int equal, int left, List<Differing> differing) {
    /** Copies the list. */
    Compared {
      differing = List.copyOf(differing);
    }
  }

  private final Configuration hadoopConf;
  private long leftBytes = MOST_BYTES;

  OtherFiles(Configuration hadoopConf) {
    this.hadoopConf = hadoopConf;
  }

  /**
   * Compares those that are there and can be read.
   *
   * @param names of the files, in the directory
   */
  Compared compare(String directory, Manifest manifest, Collection<String> names) {
    int equal = 0;
    int left = 0;
    List<Differing> differing = new ArrayList<>();
    for (String name : names) {
      Path path = new Path(directory + "/" + name);
      boolean isBlob = manifest.gitBlobs().containsKey(name);
      String expected = (isBlob ? manifest.gitBlobs() : manifest.files()).get(name);
      LongFunction<MessageDigest> algorithm = isBlob ? OtherFiles::gitBlob : OtherFiles::sha256;
      Optional<String> first = digest(path, algorithm);
      if (first.isEmpty()) {
        left++;
        continue;
      }
      String found = first.get();
      Optional<String> again = found.equals(expected) ? first : digest(path, algorithm);
      if (again.isEmpty()) {
        left++;
        continue;
      }
      switch (FileVerdict.of(expected, found, again)) {
        case AS_PUBLISHED -> equal++;
        case DIFFERS -> differing.add(new Differing(path.toString(), expected, found));
        case MISREAD -> left++;
      }
    }
    return new Compared(equal, left, differing);
  }

  private static MessageDigest sha256(long lengthBytes) {
    return DigestUtils.getSha256Digest();
  }

  /** Git's own digest of a file: SHA-1, of a header and the file. */
  private static MessageDigest gitBlob(long lengthBytes) {
    MessageDigest sha1 = DigestUtils.getSha1Digest();
    sha1.update(("blob " + lengthBytes + "\0").getBytes(StandardCharsets.US_ASCII));
    return sha1;
  }

  private Optional<String> digest(Path path, LongFunction<MessageDigest> algorithm) {
    try {
      if (JsonFile.insteadOfFile(path, hadoopConf).isPresent()) {
        return Optional.empty();
      }
      FileSystem storage = path.getFileSystem(hadoopConf);
      long lengthBytes = storage.getFileStatus(path).getLen();
      if (lengthBytes > Math.min(MOST_FILE_BYTES, leftBytes)) {
        return Optional.empty();
      }
      leftBytes -= lengthBytes;
      try (InputStream in = storage.open(path)) {
        return Optional.of(
            Hex.encodeHexString(
                DigestUtils.updateDigest(algorithm.apply(lengthBytes), in).digest()));
      }
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
