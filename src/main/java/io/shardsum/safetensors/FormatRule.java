package io.shardsum.safetensors;

/**
 * The rules of the format that a file can break, roughly in the order in which they are checked.
 */
public enum FormatRule {
  /** The file is not of another format, and does not begin with zeros. */
  NOT_SAFETENSORS("not a safetensors file"),
  /** The file has the 8 bytes of the header length. */
  FILE_TOO_SHORT("file is shorter than its header length field"),
  /** The header has at most {@link SafetensorsHeader#MAX_HEADER_LENGTH_BYTES}. */
  HEADER_TOO_LONG("header is too long"),
  /** The header has the 2 bytes of an empty object. */
  HEADER_TOO_SHORT("header is too short"),
  /** The header lies inside the file. */
  HEADER_PAST_END_OF_FILE("header runs past the end of the file"),
  /** The header's first byte after white space is <code>{</code>. */
  HEADER_START("header does not start with `{`"),
  /** The header is UTF-8. */
  HEADER_NOT_UTF8("header is not UTF-8"),
  /** The header is one JSON object, with nothing after it but white space. */
  HEADER_NOT_JSON("header is not one JSON object"),
  /** A high surrogate escape is followed by a low one, and no low one stands alone. */
  LONE_SURROGATE("string has half of a surrogate pair"),
  /** No object has the same key twice. */
  DUPLICATE_KEY("object has a key twice"),
  /** {@code __metadata__} is an object whose values are strings. */
  METADATA_NOT_STRINGS("`__metadata__` is not a map of strings"),
  /** Every other key of the header holds an object. */
  TENSOR_NOT_OBJECT("tensor is not an object"),
  /** Dtype is a string, shape and data_offsets are arrays. */
  FIELD_TYPE("field of a tensor has the wrong type"),
  /** The dtype is one of {@link DType}. */
  UNKNOWN_DTYPE("unknown dtype"),
  /** Dimensions and offsets are JSON numbers without fraction and exponent. */
  NOT_AN_INTEGER("not a plain integer"),
  /** Dimensions and offsets are at most 2<sup>63</sup> - 1. */
  INTEGER_TOO_LARGE("integer is too large"),
  /** Dimensions are not negative. */
  NEGATIVE_DIMENSION("negative dimension"),
  /** Offsets are not negative. */
  NEGATIVE_OFFSET("negative offset"),
  /** The data_offsets are two. */
  OFFSETS_NOT_A_PAIR("`data_offsets` is not a pair"),
  /** A tensor has dtype, shape and data_offsets. */
  MISSING_FIELD("tensor lacks a field"),
  /** A tensor does not end before it begins. */
  OFFSETS_REVERSED("tensor ends before it begins"),
  /** Dimensions and element bits multiply to at most 2<sup>63</sup> - 1. */
  SHAPE_OVERFLOW("size of the shape overflows"),
  /** Elements of less than a byte fill whole bytes. */
  PARTIAL_BYTE("elements do not fill whole bytes"),
  /** The offsets span as many bytes as dtype and shape ask for. */
  LENGTH_MISMATCH("offsets do not fit dtype and shape"),
  /** A tensor begins where the one before it ends: no bytes between. */
  GAP("bytes that belong to no tensor"),
  /** A tensor begins where the one before it ends: no bytes shared. */
  OVERLAP("tensors overlap"),
  /** The data section holds all the tensors. */
  DATA_TRUNCATED("tensor runs past the end of the file"),
  /** The last tensor ends where the file ends. */
  TRAILING_BYTES("bytes after the last tensor");

  private final String brokenInWords;

  FormatRule(String brokenInWords) {
    this.brokenInWords = brokenInWords;
  }

  /** What is wrong when the rule is broken, as a message says it. */
  public String brokenInWords() {
    return brokenInWords;
  }
}
