#include "framework/data/tokens/token_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "framework/base/file.h"
#include "framework/data/corpus/test_packing.h"
#include "framework/data/tokens/token_store_builder.h"
#include "framework/data/tokens/token_store_format.h"
#include "framework/text/bpe/byte_bpe_tokenizer.h"
#include "framework/text/wordpiece/wordpiece_tokenizer.h"

namespace retort {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::unique_ptr<WordPieceTokenizer> Tokenizer26(int fillers = 0) {
  std::vector<std::string> pieces = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
  for (int i = 0; i < fillers; ++i) pieces.push_back(absl::StrCat("filler", i));
  for (char c = 'a'; c <= 'z'; ++c) {
    pieces.push_back(std::string(1, c));
    pieces.push_back(absl::StrCat("##", std::string(1, c)));
  }
  auto tokenizer = WordPieceTokenizer::Create(Vocabulary(std::move(pieces)));
  EXPECT_TRUE(tokenizer.ok()) << tokenizer.status();
  return *std::move(tokenizer);
}

class TokenStoreTest : public ::testing::Test {
 protected:
  TokenStoreTest()
      : folder_(
            absl::StrCat(::testing::TempDir(), "/", ::testing::UnitTest::GetInstance()->current_test_info()->name())) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }

  std::string Write(const std::string& name, absl::string_view bytes) {
    const std::string path = absl::StrCat(folder_, "/", name);
    EXPECT_TRUE(AtomicWriteFile(path, bytes).ok());
    return path;
  }

  CorpusSpec Corpus(absl::string_view text, DocumentBoundary boundary = DocumentBoundary::kLine) {
    return {"test", {{Write("text.txt", text), boundary}}};
  }

  // A small store, which tests then damage.
  std::string Build(const Tokenizer& tokenizer) {
    const std::string path = folder_ + "/store";
    const absl::Status status = BuildTokenStore(Corpus("ab c\nd\n"), tokenizer, 1, path);
    EXPECT_TRUE(status.ok()) << status;
    return path;
  }

  int FilesInFolder() const {
    return static_cast<int>(
        std::distance(std::filesystem::directory_iterator(folder_), std::filesystem::directory_iterator()));
  }

  std::string folder_;
};

std::vector<int32_t> DocumentIds(const TokenStore& store, int64_t document) {
  std::vector<int32_t> ids(store.Length(document));
  store.Copy(document, 0, absl::MakeSpan(ids));
  return ids;
}

TEST_F(TokenStoreTest, HoldsTheIdsOfEachDocument) {
  for (const int fillers : {0, 70000}) {  // ids of two and of four bytes
    const auto tokenizer = Tokenizer26(fillers);
    auto store = TokenStore::Open(Build(*tokenizer), *tokenizer);
    ASSERT_TRUE(store.ok()) << store.status();
    EXPECT_EQ((*store)->documents(), 2);
    EXPECT_EQ((*store)->tokens(), 4);
    EXPECT_EQ((*store)->text_bytes(), 5);
    const int32_t a = 5 + fillers;
    EXPECT_THAT(DocumentIds(**store, 0), ElementsAre(a, a + 3, a + 4));
    EXPECT_THAT(DocumentIds(**store, 1), ElementsAre(a + 6));
    std::vector<int32_t> middle(1);
    (*store)->Copy(0, 1, absl::MakeSpan(middle));
    EXPECT_THAT(middle, ElementsAre(a + 3));
  }
}

TEST_F(TokenStoreTest, ThreadsChangeNothing) {
  const auto tokenizer = Tokenizer26();
  std::string text;
  for (int i = 0; i < 60000; ++i) absl::StrAppend(&text, i % 97 == 0 ? "\n" : "", "xy", std::string(i % 13, 'q'), "\n");
  for (const DocumentBoundary boundary :
       {DocumentBoundary::kLine, DocumentBoundary::kBlankLine, DocumentBoundary::kFile}) {
    const CorpusSpec corpus = Corpus(text, boundary);
    ASSERT_TRUE(BuildTokenStore(corpus, *tokenizer, 1, folder_ + "/one").ok());
    ASSERT_TRUE(BuildTokenStore(corpus, *tokenizer, 3, folder_ + "/three").ok());
    EXPECT_EQ(*ReadFile(folder_ + "/one"), *ReadFile(folder_ + "/three"));
    auto store = TokenStore::Open(folder_ + "/one", *tokenizer);
    ASSERT_TRUE(store.ok()) << store.status();
    std::vector<int32_t> wanted, ids;
    ASSERT_TRUE(tokenizer->Encode(text, &wanted).ok());
    for (int64_t i = 0; i < (*store)->documents(); ++i) {
      for (const int32_t id : DocumentIds(**store, i)) ids.push_back(id);
    }
    EXPECT_EQ(ids, wanted);
  }
}

TEST_F(TokenStoreTest, LongDocumentsHaveTheIdsOfTheWholeText) {
  // Lines end such that white space belongs together across them; with a
  // prefix space, a line's beginning is not that of a text.
  ByteBpeOptions options;
  options.add_prefix_space = true;
  auto tokenizer = ByteBpeTokenizer::Load(
      Write("vocab.json", R"({"<|endoftext|>": 0, "x": 1, "\u0120": 2, "\u010a": 3, "\u010d": 4, "\u010a\u010a": 5})"),
      Write("merges.txt", "\u010a \u010a\n"), options);
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
  std::string text;
  while (text.size() < 1000000) absl::StrAppend(&text, "x\n\n");
  text += "x";
  ASSERT_TRUE(BuildTokenStore(Corpus(text, DocumentBoundary::kFile), **tokenizer, 2, folder_ + "/store").ok());
  auto store = TokenStore::Open(folder_ + "/store", **tokenizer);
  ASSERT_TRUE(store.ok()) << store.status();
  std::vector<int32_t> wanted;
  ASSERT_TRUE((*tokenizer)->Encode(text, &wanted).ok());
  EXPECT_EQ(DocumentIds(**store, 0), wanted);
}

// As a text is with LF, with CRLF, behind a byte order mark, with blanks at the ends, and packed.
TEST_F(TokenStoreTest, HowAFileIsWrittenIsNoText) {
  auto tokenizer = ByteBpeTokenizer::Load(
      Write("vocab.json", R"({"<|endoftext|>": 0, "a": 1, "b": 2, "\u0120": 3, "\u010a": 4, "\u010d": 5})"),
      Write("merges.txt", "#version: 0.2\n"));
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
  const auto built = [&](absl::string_view text, DocumentBoundary boundary) {
    EXPECT_TRUE(BuildTokenStore(Corpus(text, boundary), **tokenizer, 2, folder_ + "/store").ok());
    return *ReadFile(folder_ + "/store");
  };
  for (const DocumentBoundary boundary :
       {DocumentBoundary::kLine, DocumentBoundary::kBlankLine, DocumentBoundary::kFile}) {
    const std::string plain = built("a b\n\nb\n", boundary);
    for (const std::string& text :
         {std::string("a b\r\n\r\nb\r\n"),
          std::string("\xEF\xBB\xBF"
                      "a b\n\nb"),
          std::string("a b \n \t\nb\xC2\xA0\n"), std::string("a b\r\rb\r"), testing::Gzip("a b\r\n\r\nb")}) {
      EXPECT_EQ(built(text, boundary), plain) << text;
    }
  }
}

TEST_F(TokenStoreTest, TextHashIsOfTheTextAlone) {
  const auto tokenizer = Tokenizer26();
  ASSERT_TRUE(BuildTokenStore(Corpus("a b\nc\na b\nA B\n"), *tokenizer, 1, folder_ + "/store").ok());
  auto store = TokenStore::Open(folder_ + "/store", *tokenizer);
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_EQ((*store)->TextHash(0), (*store)->TextHash(2));
  EXPECT_NE((*store)->TextHash(0), (*store)->TextHash(1));
  EXPECT_NE((*store)->TextHash(0), (*store)->TextHash(3));
}

TEST_F(TokenStoreTest, DamageIsFound) {
  const auto tokenizer = Tokenizer26();
  const std::string bytes = *ReadFile(Build(*tokenizer));
  const auto open = [&](absl::string_view damaged) {
    return TokenStore::Open(Write("damaged", damaged), *tokenizer).status();
  };
  EXPECT_TRUE(open(bytes).ok());
  const struct {
    size_t byte;
    const char* message;
  } flips[] = {{0, "does not begin with \"RETORTTK\""},
               {24, "the header does not match its hash"},
               {sizeof(TokenStoreHeader), "the ids do not match their hash"},
               {bytes.size() - 1, "the ids do not match their hash"}};
  for (const auto& flip : flips) {
    std::string damaged = bytes;
    damaged[flip.byte] ^= 1;
    const absl::Status status = open(damaged);
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << flip.byte;
    EXPECT_THAT(std::string(status.message()), HasSubstr(absl::StrCat("damaged: "))) << flip.byte;
    EXPECT_THAT(std::string(status.message()), HasSubstr(flip.message)) << flip.byte;
  }
  EXPECT_THAT(std::string(open(bytes.substr(0, 20)).message()),
              HasSubstr("want a header of 72 bytes, got a file of 20"));
  EXPECT_THAT(std::string(open(bytes.substr(0, bytes.size() - 8)).message()),
              HasSubstr(absl::StrCat("want ", bytes.size(), " bytes, got ", bytes.size() - 8)));
  EXPECT_THAT(std::string(open(bytes + "x").message()), HasSubstr(absl::StrCat("got ", bytes.size() + 1)));
}

TEST_F(TokenStoreTest, OtherVersionsAndTokenizersAreRefused) {
  const auto tokenizer = Tokenizer26();
  const std::string path = Build(*tokenizer);
  const absl::Status other = TokenStore::Open(path, *Tokenizer26(1)).status();
  EXPECT_EQ(other.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(other.message()), HasSubstr("with 58 pieces, got ids of"));
  std::string bytes = *ReadFile(path);
  bytes[offsetof(TokenStoreHeader, version)] = 9;
  const absl::Status version = TokenStore::Open(Write("version", bytes), *tokenizer).status();
  EXPECT_EQ(version.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(version.message()), HasSubstr("want version 2, got 9"));
}

TEST_F(TokenStoreTest, MissingStoreIsNotFound) {
  const absl::Status status = TokenStore::Open(folder_ + "/none", *Tokenizer26()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("token store: cannot open " + folder_ + "/none: No such file"));
}

TEST_F(TokenStoreTest, BadTextLeavesNothingBehind) {
  const auto tokenizer = Tokenizer26();
  const std::string text = "ab\ncaf\xe9\n";
  const CorpusSpec corpus = Corpus(text);
  const absl::Status status = BuildTokenStore(corpus, *tokenizer, 2, folder_ + "/store");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), absl::StrCat("corpus file ", corpus.files[0].path,
                                           ": line 2, byte 6: want UTF-8, got 0xe9; convert it, for ",
                                           "example from Latin-1: iconv -f LATIN1 -t UTF-8"));
  EXPECT_EQ(FilesInFolder(), 1) << "the text alone";
}

TEST_F(TokenStoreTest, ACorpusWithoutDocumentsIsRefused) {
  const absl::Status status = BuildTokenStore(Corpus(" \n\n"), *Tokenizer26(), 1, folder_ + "/store");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "corpus test: want at least one document, got none in 1 file(s)");
  EXPECT_EQ(FilesInFolder(), 1);
}

TEST_F(TokenStoreTest, CacheIsNamedByContent) {
  const auto tokenizer = Tokenizer26();
  const std::string cache = folder_ + "/made/cache";
  const auto files = [&] {
    return std::distance(std::filesystem::directory_iterator(cache), std::filesystem::directory_iterator());
  };
  ASSERT_TRUE(BuildOrOpenTokenStore(Corpus("a\nb\n"), *tokenizer, 1, cache).ok());
  ASSERT_TRUE(BuildOrOpenTokenStore(Corpus("a\nb\n"), *tokenizer, 2, cache).ok());
  EXPECT_EQ(files(), 1);
  ASSERT_TRUE(BuildOrOpenTokenStore(Corpus("a\nb\n", DocumentBoundary::kFile), *tokenizer, 1, cache).ok());
  EXPECT_EQ(files(), 2);
  ASSERT_TRUE(BuildOrOpenTokenStore(Corpus("a\nc\n"), *tokenizer, 1, cache).ok());
  EXPECT_EQ(files(), 3);
  ASSERT_TRUE(BuildOrOpenTokenStore(Corpus("a\nc\n"), *Tokenizer26(1), 1, cache).ok());
  EXPECT_EQ(files(), 4);
}

// Does what it is told to when it is about to be used, and throws at "x".
class Meddler final : public Tokenizer {
 public:
  explicit Meddler(std::function<void()> meddle) : inner_(Tokenizer26()), meddle_(std::move(meddle)) {}

  std::unique_ptr<Scratch> NewScratch() const override {
    meddle_();
    return inner_->NewScratch();
  }
  absl::Status Encode(absl::string_view text, Scratch* scratch, std::vector<int32_t>* ids) const override {
    if (text == "x") throw std::length_error("too long");
    return inner_->Encode(text, scratch, ids);
  }
  std::string Decode(absl::Span<const int32_t> ids, const DecodeOptions& options) const override {
    return inner_->Decode(ids, options);
  }
  const Vocabulary& vocabulary() const override { return inner_->vocabulary(); }
  const SpecialIds& special_ids() const override { return inner_->special_ids(); }
  const SequenceTemplate& sequence_template() const override { return inner_->sequence_template(); }
  uint64_t Fingerprint() const override { return inner_->Fingerprint(); }
  bool SplitsAtNewlines() const override { return inner_->SplitsAtNewlines(); }

 private:
  const std::unique_ptr<Tokenizer> inner_;
  const std::function<void()> meddle_;
};

TEST_F(TokenStoreTest, AFileThatChangesWhileItIsReadPoisonsNothing) {
  const CorpusSpec corpus = Corpus("a\nb\n");
  const Meddler tokenizer([&] { Write("text.txt", "a\nc\n"); });
  const absl::Status status = BuildOrOpenTokenStore(corpus, tokenizer, 1, folder_ + "/cache").status();
  EXPECT_EQ(status, absl::AbortedError(absl::StrCat("corpus file ", corpus.files[0].path,
                                                    ": it changed while it was read; once nobody writes it, run the "
                                                    "same again")));
  EXPECT_TRUE(std::filesystem::is_empty(folder_ + "/cache"));
}

TEST_F(TokenStoreTest, ExceptionsOfThreadsAreErrors) {
  const Meddler tokenizer([] {});
  const absl::Status status = BuildTokenStore(Corpus("a\nx\nb\n"), tokenizer, 3, folder_ + "/store");
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(status.message()), HasSubstr("text.txt: tokenizing: too long"));
}

// A store that shrinks while it is open.
TEST_F(TokenStoreTest, AnOpenStoreNeedsItsFileNoMore) {
  const auto tokenizer = Tokenizer26();
  const std::string path = Build(*tokenizer);
  auto store = TokenStore::Open(path, *tokenizer);
  ASSERT_TRUE(store.ok()) << store.status();
  std::filesystem::resize_file(path, 0);
  EXPECT_THAT(DocumentIds(**store, 0), ElementsAre(5, 8, 9));
}

TEST_F(TokenStoreTest, ADamagedCacheIsBuiltAgain) {
  const auto tokenizer = Tokenizer26();
  ASSERT_TRUE(BuildOrOpenTokenStore(Corpus("a\nb\n"), *tokenizer, 1, folder_ + "/cache").ok());
  const std::string path = std::filesystem::directory_iterator(folder_ + "/cache")->path().string();
  const std::string bytes = *ReadFile(path);
  ASSERT_TRUE(AtomicWriteFile(path, bytes.substr(0, 80)).ok());
  auto store = BuildOrOpenTokenStore(Corpus("a\nb\n"), *tokenizer, 1, folder_ + "/cache");
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_EQ(*ReadFile(path), bytes);
}

TEST_F(TokenStoreTest, AMissingCorpusFileIsNamed) {
  const absl::Status status =
      BuildOrOpenTokenStore({"wiki", {{"no/such.txt", DocumentBoundary::kLine}}}, *Tokenizer26(), 1, folder_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("corpus wiki: cannot open no/such.txt: No such file"));
}

}  // namespace
}  // namespace retort
