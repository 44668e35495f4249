package io.shardsum.io;

import io.shardsum.safetensors.ByteSource;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.LongSupplier;
import org.apache.hadoop.fs.FSDataInputStream;

/**
 * An object of S3, read by one thread from its begin to its end, by few requests: each costs some
 * milliseconds, and S3A breaks a connection off whose answer is not read to its end.
 *
 * <p>The bytes that the reader has announced come by one request. What it reads aside, such as the
 * scales of weights, comes by requests of its own, each twice as long as the one before it if it
 * goes on there.
 */
final class S3aByteSource implements ByteSource {

  /** Begins to read a file. */
  interface Opening {
    /**
     * Opens.
     *
     * @param endBytes up to where bytes will be read
     */
    FSDataInputStream open(long endBytes) throws IOException;
  }

  /** Most headers are no longer, and S3A reads so much to its end rather than break it off. */
  static final long HEADER_BYTES = 64 << 10;

  /** So much is rather read and thrown away than asked for anew. */
  private static final long MOST_SKIPPED_BYTES = 64 << 10;

  private static final int PLACES = 2;

  private final ListedFile file;
  private final Opening opening;
  private final LongSupplier announcedEnd;
  private final Place[] places = new Place[PLACES];
  private final ThroughArray array = new ThroughArray();

  /**
   * Opens nothing yet.
   *
   * @param announcedEnd up to where the reader will read as far as it knows; 0: it has not said
   */
  S3aByteSource(ListedFile file, Opening opening, LongSupplier announcedEnd) {
    this.file = file;
    this.opening = opening;
    this.announcedEnd = announcedEnd;
  }

  /** A stream, where it is, and where it ends. */
  private static final class Place {
    private final FSDataInputStream stream;
    private final long beginBytes;
    private final long endBytes;
    private long atBytes;

    Place(FSDataInputStream stream, long beginBytes, long endBytes) {
      this.stream = stream;
      this.beginBytes = beginBytes;
      this.endBytes = endBytes;
    }

    boolean reaches(long positionBytes, int lengthBytes) {
      return positionBytes >= atBytes
          && positionBytes - atBytes <= MOST_SKIPPED_BYTES
          && positionBytes + lengthBytes <= endBytes;
    }

    void read(long positionBytes, byte[] target, int offset, int length) throws IOException {
      if (positionBytes != atBytes) {
        stream.seek(positionBytes);
      }
      stream.readFully(target, offset, length);
      atBytes = positionBytes + length;
    }
  }

  @Override
  public String name() {
    return file.path();
  }

  @Override
  public long lengthBytes() {
    return file.lengthBytes();
  }

  @Override
  public void readFully(long positionBytes, ByteBuffer target) throws IOException {
    if (positionBytes + target.remaining() > lengthBytes()) {
      throw new EOFException(name() + " ends at byte " + lengthBytes());
    }
    if (!target.hasRemaining()) {
      return;
    }
    Place place = placeAt(positionBytes, target.remaining());
    array.fill(positionBytes, target, place::read);
  }

  /** The one that reaches the bytes; else one that is opened instead of what was not used last. */
  private Place placeAt(long positionBytes, int lengthBytes) throws IOException {
    int chosen = 0;
    while (chosen < PLACES - 1 && !reaches(places[chosen], positionBytes, lengthBytes)) {
      chosen++;
    }
    if (!reaches(places[chosen], positionBytes, lengthBytes)) {
      reopen(indexOfEnd(positionBytes), positionBytes, lengthBytes);
      return places[0];
    }
    moveToFront(chosen, places[chosen]);
    return places[0];
  }

  private static boolean reaches(Place place, long positionBytes, int lengthBytes) {
    return place != null && place.reaches(positionBytes, lengthBytes);
  }

  /** Of the one that has come to just there; else of what was not used last. */
  private int indexOfEnd(long positionBytes) {
    for (int index = 0; index < PLACES; index++) {
      if (places[index] != null && places[index].atBytes == positionBytes) {
        return index;
      }
    }
    return PLACES - 1;
  }

  private void reopen(int index, long positionBytes, int lengthBytes) throws IOException {
    Place before = places[index];
    places[index] = null;
    long ahead = 0;
    if (before != null) {
      before.stream.close();
      ahead = before.atBytes == positionBytes ? 2 * (before.endBytes - before.beginBytes) : 0;
    }
    long announced =
        announcedEnd.getAsLong() == 0
            ? Math.min(HEADER_BYTES, lengthBytes())
            : announcedEnd.getAsLong();
    long wantedEnd = isReadTo(announced) ? Math.min(announced, positionBytes + ahead) : announced;
    long end = Math.max(positionBytes + lengthBytes, wantedEnd);
    Place place = new Place(opening.open(end), positionBytes, end);
    moveToFront(index, place);
    place.stream.seek(positionBytes);
    place.atBytes = positionBytes;
  }

  private boolean isReadTo(long endBytes) {
    for (Place place : places) {
      if (place != null && place.endBytes == endBytes && place.atBytes < endBytes) {
        return true;
      }
    }
    return false;
  }

  private void moveToFront(int index, Place place) {
    System.arraycopy(places, 0, places, 1, index);
    places[0] = place;
  }

  @Override
  public void close() throws IOException {
    IOException failure = null;
    for (int index = 0; index < PLACES; index++) {
      Place place = places[index];
      places[index] = null;
      if (place != null) {
        try {
          place.stream.close();
        } catch (IOException e) {
          failure = e;
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
