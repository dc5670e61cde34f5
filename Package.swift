// swift-tools-version: 6.2
import PackageDescription

/// Every target of ours: Swift 6, no unmarked unsafe code, no warnings.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "finwait",
  platforms: [.macOS(.v26)],
  products: [
    .executable(name: "finwait", targets: ["finwait"]),
    // Not also "finwait": SwiftPM allows one product of a name.
    .library(
      name: "FinwaitKit",
      targets: ["Dissection", "Capture", "Tracking", "Reporting", "Checking", "Extraction"]),
  ],
  dependencies: [
    // Commands, options, help, completions and the man page; we would otherwise write a parser.
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    // YAML with the place of every node, for rules; we would otherwise write a parser.
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    // HTTP for the metrics; we would otherwise write a server, for clients that we do not know.
    .package(url: "https://github.com/apple/swift-nio", from: "2.100.0"),
  ],
  targets: [
    .systemLibrary(
      name: "CPcap", path: "CPcap", pkgConfig: "libpcap",
      providers: [.apt(["libpcap-dev"]), .brew(["libpcap"])]),
    .systemLibrary(
      name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    .systemLibrary(
      name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"]), .brew(["zstd"])]),

    .systemLibrary(name: "CLinux"),
    .systemLibrary(name: "CMemory"),

    .target(name: "Dissection", swiftSettings: strict),
    .target(
      name: "Capture", dependencies: ["CPcap", "CZlib", "CZstd", "Dissection"],
      swiftSettings: strict),
    .target(
      name: "Tracking", dependencies: ["CMemory", "Dissection"], swiftSettings: strict),
    .target(name: "Reporting", dependencies: ["Tracking", "Dissection"], swiftSettings: strict),
    .target(name: "Extraction", dependencies: ["Tracking", "Dissection"], swiftSettings: strict),
    .target(
      name: "Checking",
      dependencies: [
        "Dissection", "Tracking", "Reporting", .product(name: "Yams", package: "Yams"),
      ],
      swiftSettings: strict),
    .target(
      name: "Host",
      dependencies: ["Dissection", .target(name: "CLinux", condition: .when(platforms: [.linux]))],
      swiftSettings: strict),
    .executableTarget(
      name: "finwait",
      dependencies: [
        "Capture", "Checking", "Dissection", "Extraction", "Host", "Tracking", "Reporting",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ],
      swiftSettings: strict),

    .target(
      name: "TestSupport", dependencies: ["Dissection", "Tracking"], path: "Tests/TestSupport",
      swiftSettings: strict),
    .target(
      name: "KernelRecordings", dependencies: ["Capture", "Dissection", "Tracking", "TestSupport"],
      path: "Tests/KernelRecordings", swiftSettings: strict),
    .target(
      name: "Simulation", dependencies: ["Dissection", "Tracking", "TestSupport"],
      path: "Tests/Simulation", swiftSettings: strict),
    .executableTarget(
      name: "simulate", dependencies: ["Simulation"], path: "Tests/simulate",
      swiftSettings: strict),
    .testTarget(
      name: "DissectionTests", dependencies: ["Dissection", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "CaptureTests",
      dependencies: ["Capture", "CPcap", "Dissection", "Host", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "HostTests", dependencies: ["Dissection", "Host", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "TrackingTests", dependencies: ["Tracking", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "KernelTests",
      dependencies: ["Dissection", "KernelRecordings", "TestSupport", "Tracking"],
      exclude: ["laboratory", "ExpectedDifferences.tsv", "README.md"], swiftSettings: strict),
    .testTarget(
      name: "SimulationTests",
      dependencies: ["KernelRecordings", "Simulation", "TestSupport", "Tracking"],
      swiftSettings: strict),
    .testTarget(
      name: "ReportingTests", dependencies: ["Reporting", "TestSupport"], exclude: ["Screens"],
      swiftSettings: strict),
    .testTarget(
      name: "CheckingTests", dependencies: ["Checking", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "ExtractionTests", dependencies: ["Dissection", "Extraction", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "LiveTests", dependencies: ["finwait", "TestSupport"], exclude: ["Screens"],
      swiftSettings: strict),
    .testTarget(
      name: "FinwaitTests",
      dependencies: [
        "Checking", "finwait", "KernelRecordings", "TestSupport",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      exclude: [
        "CorpusDifferences.tsv", "KernelDifferences.tsv", "KernelLateDifferences.tsv", "reports",
      ],
      swiftSettings: strict),
  ]
)
