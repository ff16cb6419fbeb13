#include "tools/plugin_pages/plugin_page.h"

#include "gtest/gtest.h"

namespace retort {
namespace {

SchemaField Field(const std::string& name, const std::string& type, const CommentLines& comment) {
  SchemaField field;
  field.name = name;
  field.type = type;
  field.comment = comment;
  return field;
}

PluginDescription SoftTargets() {
  PluginDescription plugin;
  plugin.name = "soft_targets";
  plugin.schema.comment = {"KL(t || s) of a paper (Hinton et al. 2015,", "arXiv:1503.02531). For all."};
  SchemaField rows = Field("rows", "ALL | SOME", {"Which rows. Default: ALL."});
  rows.default_value = "ALL";
  rows.values = {{"ALL", {}}, {"SOME", {"Those with", "a label."}}};
  SchemaField pair = Field("pair", "repeated Pair", {"Layers."});
  pair.fields = {Field("student", "int32", {"From 1 on."})};
  pair.fields[0].required = true;
  plugin.schema.fields = {rows, Field("mapping", "LayerMapping", {"Which layer."}), pair};
  plugin.header = {{"A loss.", "", "  sum = Σ"}, {"Of DistilBERT (arXiv:1910.01108)."}};
  plugin.example = "soft_targets {}\n";
  return plugin;
}

TEST(PluginPage, HasFormulaSettingsExampleAndPapers) {
  EXPECT_EQ(PagePath(SoftTargets()), "loss/soft_targets.md");
  EXPECT_EQ(PluginPage(SoftTargets()),
            R"(<!-- Written by `bazel run //tools:plugin_pages`; the texts are the plugin's own. -->

# soft_targets

[Losses](../README.md); code: [plugins/loss/soft_targets](../../../plugins/loss/soft_targets)

KL(t || s) of a paper (Hinton et al. 2015,
arXiv:1503.02531). For all.

## What it computes

A loss.

```
sum = Σ
```

Of DistilBERT (arXiv:1910.01108).

## Settings

| setting | type | default | meaning |
| --- | --- | --- | --- |
| `rows` | `ALL \| SOME` | ALL | Which rows. Default: ALL.<br>`SOME`: Those with a label. |
| `mapping` | [`LayerMapping`](../README.md#layer-mappings) |  | Which layer. |
| `pair` | `repeated Pair` |  | Layers. |
| `pair.student` | `int32` | required | From 1 on. |

## Example

```textproto
soft_targets {}
```

## Papers

- [arXiv:1503.02531](https://arxiv.org/abs/1503.02531)
- [arXiv:1910.01108](https://arxiv.org/abs/1910.01108)
)");
}

TEST(PluginPage, LeavesOutWhatThereIsNotToSay) {
  PluginDescription plugin;
  plugin.kind = PluginKind::kMapping;
  plugin.name = "top";
  plugin.schema.comment = {"The last layers. It has no settings."};
  plugin.example = "top {}";
  EXPECT_EQ(PluginPage(plugin), R"(<!-- Written by `bazel run //tools:plugin_pages`; the texts are the plugin's own. -->

# top

[Layer mappings](../README.md); code: [plugins/mapping/top](../../../plugins/mapping/top)

The last layers. It has no settings.

## Example

```textproto
top {}
```
)");
}

TEST(PluginIndex, ListsPluginsByKindWithASentence) {
  const std::string index = PluginIndex({SoftTargets()});
  EXPECT_NE(
      index.find("\n## Losses\n\n| plugin | what it is |\n| --- | --- |\n| [`soft_targets`](loss/soft_targets.md) | "
                 "KL(t \\|\\| s) of a paper (Hinton et al. 2015, arXiv:1503.02531). |\n\n## Layer mappings\n"),
      std::string::npos)
      << index;
}

}  // namespace
}  // namespace retort
