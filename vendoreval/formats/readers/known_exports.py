"""How the files of each format are got out of the tool that writes them, in a sentence a format."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

EXPORTS: Mapping[str, str] = MappingProxyType({
    "coco": "CVAT, Label Studio, FiftyOne: export as COCO; attributes and several annotators may be lost",
    "voc": "CVAT, Label Studio: export as Pascal VOC; ask which number the first pixel has",
    "labelme": "the .json or .xml that LabelMe saves beside each image",
    "datumaro": "CVAT: export as Datumaro; keeps attributes and groups",
    "yolo": "CVAT, Label Studio, Roboflow: export as YOLO, with the file of class names and the images' sizes",
    "via": "VGG Image Annotator: Project, Save, or Annotation, Export as JSON or CSV",
    "open-images": "the CSV files of boxes, labels and class descriptions",
    "mot": "CVAT: export as MOT 1.1, with its list of classes",
    "mots": "CVAT: export as MOTS PNG, with its list of classes",
    "kitti": "CVAT: export as KITTI; the folder label_2",
    "nuscenes": "the tables as JSON: sample, sample_annotation, instance, category and what they name",
    "conll": "Label Studio, INCEpTION: export as CoNLL 2003; overlapping spans are lost",
    "spacy": "training data as JSON, or the list of texts with entities",
    "prodigy": "prodigy db-out DATASET > answers.jsonl",
    "doccano": "Dataset, Export as JSONL, one file a person",
    "brat": "the folder of .ann and .txt files",
    "webanno": "INCEpTION, WebAnno: export as WebAnno TSV 3",
    "xmi": "INCEpTION: export as UIMA CAS XMI",
    "webvtt": "the subtitle editor: save as WebVTT",
    "srt": "the subtitle editor: save as SubRip",
    "ctm": "the file of words with times that recognisers and scorers write",
    "rttm": "the file of turns that diarisation tools write",
    "textgrid": "Praat: Save as text file, long or short",
    "elan": "ELAN: the .eaf file itself",
    "supervisely": "Supervisely: export in its own JSON, with meta.json",
    "labelbox": "Labelbox: Data rows, Export v2, as NDJSON",
    "cvat": "CVAT: export the JOB as CVAT for images 1.1 (a task's export holds gold in place of honeypots)",
    "label-studio": "Export, JSON; JSON-MIN, CSV and TSV have lost what belongs together",
    "sagemaker": "the output.manifest of a labelling job, from its output folder in S3",
    "argilla": "records.to_json(FILE), or to_list(flatten=True) as JSON, which tells drafts from answers",
    "mturk": "Manage, Review results, Download CSV; rejected assignments stand in it",
    "toloka": "Pool, Download results (TSV), with the assignments' status",
    "appen": "Results, Full report (CSV): a row a judgment; the aggregated report names no people",
    "zooniverse": "Lab, Data exports, classification export (CSV)",
    "qualtrics": "Data & Analysis, Export data, CSV, with choice texts",
    "google-forms": "Responses, Download responses (CSV), or the linked spreadsheet as CSV or XLSX",
    "nemo": "the manifest: JSON lines with audio_filepath, duration and text",
    "rows": "a table with item_id, annotator_id, label: CSV, TSV, JSON lines, Parquet, XLSX; see --map, --wide",
})  # fmt: skip
