import json,urllib.request,sys
T=[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object","properties":{"x":{"type":"string"}}}}}]
SCH={"type":"object","properties":{"answer":{"type":"number"}},"required":["answer"],"additionalProperties":False}
RF={"type":"json_schema","json_schema":{"name":"response","schema":SCH}}
def go(name,path='/v1/chat/completions',**k):
    b={"model":"x","max_tokens":24,"messages":[{"role":"user","content":"hi"}]}; b.update(k)
    r=urllib.request.Request('http://localhost:18931'+path,json.dumps(b).encode(),{'content-type':'application/json'})
    try:
        d=json.load(urllib.request.urlopen(r)); print(name,'OK',json.dumps(d.get('choices',[{}])[0].get('message') if 'choices' in d else d)[:300], d.get('choices',[{}])[0].get('finish_reason') if 'choices' in d else '')
    except urllib.error.HTTPError as e: print(name,e.code,e.read().decode()[:300])
U={"role":"user","content":"hi"}
PRE=[U,{"role":"assistant","content":"The answer"}]
D={"chat_template_kwargs":{"enable_thinking":False}}; E={"chat_template_kwargs":{"enable_thinking":True}}
go('disabled kw',**D); go('disabled both',reasoning_effort='none',**D); go('effort none',reasoning_effort='none')
go('enabled budget0',thinking_budget_tokens=0,**E); go('enabled budget 8',thinking_budget_tokens=8,**E)
go('effort high',reasoning_effort='high',**E)
go('required',tools=T,tool_choice='required',max_tokens=60); go('required think',tools=T,tool_choice='required',max_tokens=60,**E); go('required nothink',tools=T,tool_choice='required',max_tokens=60,**D)
go('prefill',messages=PRE); go('prefill think',messages=PRE,**E); go('prefill nothink',messages=PRE,**D)
go('prefill+tools think',messages=PRE,tools=T,**E); go('prefill+required think',messages=PRE,tools=T,tool_choice='required',**E);go('prefill+required nothink',messages=PRE,tools=T,tool_choice='required',**D)
go('prefill+reasoning',messages=[U,{"role":"assistant","content":"The answer","reasoning_content":"hm"}],**E)
go('only reasoning tail',messages=[U,{"role":"assistant","content":"","reasoning_content":"hm"}],**E)
go('empty tail',messages=[U,{"role":"assistant","content":""}],**E)
go('format',response_format=RF); go('format think',response_format=RF,**E); go('format nothink',response_format=RF,**D); go('format think budget',response_format=RF,thinking_budget_tokens=4,**E)
go('prefill{ + format think',messages=[U,{"role":"assistant","content":"{"}],response_format=RF,**E); go('prefill{ + format nothink',messages=[U,{"role":"assistant","content":"{"}],response_format=RF,**D)
go('format+tools none',response_format=RF,tools=T,tool_choice='none'); go('format+tools none think',response_format=RF,tools=T,tool_choice='none',**E); go('format+tools none nothink',response_format=RF,tools=T,tool_choice='none',**D)
go('format+tools auto',response_format=RF,tools=T); go('format+tools auto nothink',response_format=RF,tools=T,**D)
go('parallel true',tools=T,parallel_tool_calls=True); go('tools none',tools=T,tool_choice='none',parallel_tool_calls=True)
go('max0',max_tokens=0); go('stop empty',stop=[])
go('array tool',path='/apply-template',messages=[U,{"role":"assistant","content":"","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"[1]"}}]},{"role":"tool","tool_call_id":"a","content":[{"type":"text","text":"TXT"}]}],tools=T)
go('args garbage',path='/apply-template',messages=[U,{"role":"assistant","content":"","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"\"x\""}}]},{"role":"tool","tool_call_id":"a","content":""}],tools=T)
go('name odd',tools=[{"type":"function","function":{"name":"a b/\"ü","parameters":{}}}])
go('params {} ',tools=[{"type":"function","function":{"name":"a","parameters":{}}}],tool_choice='required',max_tokens=40)
