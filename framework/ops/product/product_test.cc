#include "framework/ops/product/product.h"

#include "ATen/TensorOperators.h"
#include "ATen/ops/matmul.h"
#include "framework/testing/fixtures.h"
#include "framework/testing/matchers.h"
#include "gtest/gtest.h"

namespace retort::ops {
namespace {

using testing::IsCloseTo;
using testing::RandomTensor;

constexpr ProductSize kSize{3, 5, 7};

// Matrices are the first columns of wider ones, as heads are of rows.
template <typename F>
class Product : public ::testing::Test {
 protected:
  static at::Tensor Random(int64_t rows, int64_t columns, uint64_t seed) {
    return RandomTensor({rows, columns + 2}, seed, c10::CppTypeToScalarType<F>::value).narrow(1, 0, columns);
  }
  static Matrix<F> Of(const at::Tensor& tensor) { return {tensor.data_ptr<F>(), tensor.stride(0)}; }
};

using Types = ::testing::Types<float, double>;
TYPED_TEST_SUITE(Product, Types);

TYPED_TEST(Product, IsThatOfTheRows) {
  const at::Tensor a = this->Random(3, 7, 1), b = this->Random(7, 5, 2), out = this->Random(3, 5, 3);
  Multiply(this->Of(a), this->Of(b), kSize, this->Of(out));
  EXPECT_THAT(out, IsCloseTo(at::matmul(a, b), 1e-5));
}

// Sizes of attention's products: few and many keys, heads as wide as vectors and not.
TYPED_TEST(Product, OfManySizesIsThatOfTheRows) {
  for (int64_t rows : {1, 37, 64}) {
    for (int64_t keys : {1, 100, 512}) {
      for (int64_t width : {26, 64}) {
        const at::Tensor p = this->Random(rows, keys, 1), v = this->Random(keys, width, 2);
        const at::Tensor out = this->Random(rows, width, 3), q = this->Random(rows, width, 4);
        Multiply(this->Of(p), this->Of(v), {rows, width, keys}, this->Of(out));
        EXPECT_THAT(out, IsCloseTo(at::matmul(p, v), 1e-4)) << rows << ", " << keys << ", " << width;
        const at::Tensor want = v + at::matmul(p.t(), q);
        AddTransposedProduct(this->Of(p), this->Of(q), {keys, width, rows}, this->Of(v));
        EXPECT_THAT(v, IsCloseTo(want, 1e-4)) << rows << ", " << keys << ", " << width;
      }
    }
  }
}

TYPED_TEST(Product, TakesTransposedCopies) {
  for (int64_t rows : {1, 3, 100, 512}) {
    const at::Tensor a = this->Random(rows, 26, 1), out = this->Random(26, rows, 2);
    Transpose(this->Of(a), rows, 26, this->Of(out));
    EXPECT_TRUE(out.equal(a.t())) << rows;
  }
}

TYPED_TEST(Product, CanBeAddedToWhatIsThere) {
  const at::Tensor a = this->Random(7, 3, 1), b = this->Random(7, 5, 2), out = this->Random(3, 5, 3);
  const at::Tensor want = out + at::matmul(a.t(), b);
  AddTransposedProduct(this->Of(a), this->Of(b), kSize, this->Of(out));
  EXPECT_THAT(out, IsCloseTo(want, 1e-5));
}

TYPED_TEST(Product, LeavesWhatIsBesideTheMatrixAlone) {
  const at::Tensor wide = RandomTensor({3, 7}, 3, c10::CppTypeToScalarType<TypeParam>::value), before = wide.clone();
  const at::Tensor a = this->Random(3, 7, 1), b = this->Random(7, 5, 2);
  Multiply(this->Of(a), this->Of(b), kSize, this->Of(wide.narrow(1, 0, 5)));
  EXPECT_TRUE(wide.narrow(1, 5, 2).equal(before.narrow(1, 5, 2)));
}

}  // namespace
}  // namespace retort::ops
