/** How a container of an image starts; the fields of an OCI image configuration that we use. */
export interface ImageConfig {
  readonly entrypoint?: readonly string[];
  readonly cmd?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly user?: string;
  readonly workdir?: string;
  /** `8080/tcp`. */
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly stopSignal?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** One platform of an image: a folder that becomes its only layer. */
export interface ImagePlatform extends ImageConfig {
  readonly arch: 'amd64' | 'arm64';
  /** Owners and modes are taken over as they are. */
  readonly rootfs: string;
}

/** An image to be packed. Always an index, also with a single platform. */
export interface ImageSpec {
  /** Path in the registry: `library/mariadb`. */
  readonly name: string;
  readonly tags: readonly string[];
  readonly platforms: readonly ImagePlatform[];
}

/** What a descriptor in an OCI document says. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly platform?: { readonly architecture: string; readonly os: string; readonly variant?: string };
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An image in a folder of images: `index` is its OCI index, all blobs lie in `<folder>/blobs/sha256`. */
export interface PackedImage {
  readonly name: string;
  readonly tags: readonly string[];
  readonly index: Descriptor;
}
